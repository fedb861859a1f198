import { type JsonSchema } from "../../../contract/rule-keywords";
import { isObject } from "../../../wire/message";
import { refName } from "../schema-type-name";
import { type ToldContract } from "../told-contract";
import {
  argumentsSchema,
  definitionsOf,
  describedMembers,
  isCalled,
  itemSchema,
  resultSchema,
  signalSchemas,
} from "./described-members";
import { rewritten, withItemsList } from "./rewrite-schema";

/** What stands behind `rigwire:` in a Thing Description. */
const VOCABULARY = "urn:rigwire:";

/** Where the address of a Thing Model's device is written in. */
const NO_ADDRESS = "{{RIGWIRE_URL}}";

/**
 * A contract as a W3C WoT Thing Description 1.1; a Thing Model where no device was asked. There is no binding of the Web
 * of Things to this protocol: a form says with `rigwire:event` which request of docs/wire-protocol.md it is.
 */
export function thingDescription(told: ToldContract): object {
  const { methods, properties, signals } = describedMembers(told);
  const schemas = new DataSchemas(definitionsOf(told));
  const schemaOf = (schema: JsonSchema) => schemas.of(schema);
  const form = (op: readonly string[], event: string) => ({
    href: told.url ?? NO_ADDRESS,
    op,
    contentType: "application/json",
    "rigwire:event": event,
  });
  return {
    "@context": ["https://www.w3.org/2022/wot/td/v1.1", { rigwire: VOCABULARY }],
    ...(told.url === undefined && { "@type": "tm:ThingModel" }),
    title: told.name === "" ? "device" : told.name,
    ...(told.contract.type !== "" && { "rigwire:type": told.contract.type }),
    securityDefinitions: { nosec_sc: { scheme: "nosec" } },
    security: ["nosec_sc"],
    properties: Object.fromEntries(
      properties.map(({ wireName, told: { schema = {}, description, readonly, notify } }) => {
        const get = form(["readproperty"], "PROPERTY_GET");
        const set = form(["writeproperty"], "PROPERTY_SET");
        const observe = form(["observeproperty", "unobserveproperty"], "EMIT_SIGNAL");
        return [
          wireName,
          {
            ...schemaOf(schema),
            ...described(description),
            readOnly: readonly === true,
            observable: notify !== undefined,
            forms: [
              get,
              ...(readonly === true ? [] : [set]),
              ...(notify === undefined ? [] : [{ ...observe, "rigwire:signal": notify }]),
            ],
          },
        ];
      }),
    ),
    actions: Object.fromEntries(
      methods.filter(isCalled).map((method) => [
        method.wireName,
        {
          ...described(method.told.description),
          ...(method.told.parameters?.length !== 0 && { input: schemaOf(argumentsSchema(method)) }),
          ...(Object.keys(resultSchema(method)).length > 0 && { output: schemaOf(resultSchema(method)) }),
          forms: [form(["invokeaction"], "METHOD_CALL")],
        },
      ]),
    ),
    events: Object.fromEntries<object>([
      ...signals.map((signal): [string, object] => [
        signal.wireName,
        {
          ...described(signal.told.description),
          ...eventData(signalSchemas(signal).map(schemaOf)),
          forms: [form(["subscribeevent", "unsubscribeevent"], "EMIT_SIGNAL")],
        },
      ]),
      // Its items come while somebody reads: of what a Thing has, that is an event.
      ...methods
        .filter((method) => !isCalled(method))
        .map((method): [string, object] => [
          method.wireName,
          {
            ...described(method.told.description),
            ...(method.told.parameters?.length !== 0 && { subscription: schemaOf(argumentsSchema(method)) }),
            data: schemaOf(itemSchema(method)),
            forms: [
              { ...form(["subscribeevent"], "METHOD_CALL"), "rigwire:stream": "all" },
              form(["unsubscribeevent"], "CANCEL"),
            ],
          },
        ]),
    ]),
  };
}

function eventData(schemas: readonly JsonSchema[]): object {
  const [only] = schemas;
  if (only === undefined) return {};
  return { data: schemas.length === 1 ? only : { type: "array", items: schemas } };
}

function described(description: string | undefined): object {
  return description === undefined ? {} : { description };
}

/** A class holds others: so many stand in the places where they are used. A device may tell classes without end. */
const MOST_CLASSES = 2_000;

/** Schemas in the words of a Thing Description, which has no references and one type for each schema. */
class DataSchemas {
  private left = MOST_CLASSES;

  constructor(private readonly definitions: Readonly<Record<string, JsonSchema>>) {}

  /** @param within - The classes in which the schema stands: one that holds itself is an object there. */
  of(schema: JsonSchema, within: readonly string[] = []): JsonSchema {
    return rewritten(schema, (one) => {
      const { $ref, ...own } = one;
      const name = typeof $ref === "string" ? refName($ref) : undefined;
      if (name === undefined) return inItsWords(withItemsList(one));
      const definition = Object.hasOwn(this.definitions, name) ? this.definitions[name] : undefined;
      if (definition === undefined || within.includes(name) || this.left <= 0) {
        return { ...inItsWords(own), type: "object" };
      }
      this.left -= 1;
      return { ...inItsWords(own), ...this.of(definition, [...within, name]) };
    });
  }
}

function inItsWords(schema: JsonSchema): JsonSchema {
  const {
    type,
    anyOf,
    uniqueItems,
    additionalProperties,
    "x-unit": unit,
    "x-precision": precision,
    "x-warn": warn,
    "x-array": array,
    "x-bigint": isBigint,
    ...rest
  } = schema;
  const one = Array.isArray(type) ? undefined : type;
  const types: readonly unknown[] = Array.isArray(type) ? type : [];
  return {
    ...(one !== undefined && { type: one }),
    ...(types.length > 0 && { oneOf: types.map((each) => ({ type: each })) }),
    ...(Array.isArray(anyOf) && { oneOf: anyOf }),
    ...rest,
    ...(typeof unit === "string" && { unit }),
    ...prefixed({ precision, warn, array, bigint: isBigint, uniqueItems }),
    ...(isObject(additionalProperties) && { "rigwire:values": additionalProperties }),
  };
}

function prefixed(terms: Readonly<Record<string, unknown>>): JsonSchema {
  const said = Object.entries(terms).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said.map(([name, value]) => [`rigwire:${name}`, value]));
}
