import { type JsonSchema } from "../../../contract/rule-keywords";
import { type ToldContract } from "../told-contract";
import {
  argumentsSchema,
  definitionsOf,
  describedMembers,
  resultSchema,
  signalSchemas,
} from "./described-members";

type Named = readonly [name: string, schema: JsonSchema];

/**
 * A contract as one document of JSON Schema 2020-12. The document itself is of an object with the values of the device's
 * properties. Under `$defs` stand the classes by their names, and what methods and signals carry: `methods.NAME.arguments`
 * (by their names), `methods.NAME.result`, `methods.NAME.progress`, `methods.NAME.item` of a stream, `signals.NAME` (a list of the arguments).
 */
export function jsonSchemaDocument(told: ToldContract): object {
  const { methods, properties, signals } = describedMembers(told);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: told.name,
    type: "object",
    properties: Object.fromEntries(
      properties.map(({ wireName, told: { schema, description, readonly } }) => [
        wireName,
        { ...schema, ...describedAs(description), ...(readonly === true && { readOnly: true }) },
      ]),
    ),
    $defs: {
      ...definitionsOf(told),
      ...Object.fromEntries(
        methods.flatMap((method): Named[] => [
          [
            `methods.${method.wireName}.arguments`,
            { ...argumentsSchema(method), ...describedAs(method.told.description) },
          ],
          method.told.stream === undefined
            ? [`methods.${method.wireName}.result`, resultSchema(method)]
            : [`methods.${method.wireName}.item`, method.told.streamSchema ?? {}],
          ...(method.told.progress === undefined
            ? []
            : [[`methods.${method.wireName}.progress`, method.told.progressSchema ?? {}] as const]),
        ]),
      ),
      ...Object.fromEntries(
        signals.map((signal) => [
          `signals.${signal.wireName}`,
          { ...tupleSchema(signalSchemas(signal)), ...describedAs(signal.told.description) },
        ]),
      ),
    },
  };
}

function tupleSchema(items: readonly JsonSchema[]): JsonSchema {
  return {
    type: "array",
    ...(items.length > 0 && { prefixItems: items }),
    minItems: items.length,
    maxItems: items.length,
  };
}

function describedAs(description: string | undefined): JsonSchema {
  return description === undefined ? {} : { description };
}
