import { SchemaMaker } from "../contract/json-schema";
import { type JsonSchema } from "../contract/rule-keywords";
import { type MemberContract, type ServiceContract } from "../contract/service-contract";
import { type DisplayMetadata } from "../contract/value-metadata";
import { Any, typeName } from "../contract/value-type";
import { MalformedMessageError } from "../errors";
import { isObject } from "./message";
import { decodeServerStatus, type ServerStatus } from "./server-status";

/** Method name → how long clients wait for it, in milliseconds; null waits for ever. */
export type MethodTimeouts = ReadonlyMap<string, number | null>;

/** What a server says of itself (`GET_INVENTORY`, plantimager RPC). */
export interface Inventory {
  /** Empty until a registry accepted the device. */
  readonly name: string;
  readonly jsonMethods: MethodTimeouts;
  readonly bufferMethods: MethodTimeouts;
  readonly signals: readonly string[];
  readonly properties: readonly string[];
  /** What only a rigwire server adds. */
  readonly rigwire: RigwireInventory | undefined;
  /** Somebody else brings the device here: it is not brought any further. An addition; left out where false. */
  readonly bridged?: true;
}

/** What a server can do beyond the original. */
export type Feature =
  | "arrays"
  | "batch"
  | "cancel"
  | "confirm-subscriptions"
  | "health"
  | "local"
  | "on-behalf-of"
  | "presence"
  | "signal-counts"
  | "stats"
  | "status"
  | "streams"
  | "time"
  | "users";

/** What a rigwire server says of itself beyond the original. */
export interface RigwireInventory extends ServerStatus {
  readonly version: string;
  /** The service type. */
  readonly type: string;
  /** Another one at every start of the server. */
  readonly instance: string;
  /** Where signals are published; 0 where the transport has no ports. */
  readonly signalPort: number;
  /** The largest frame that the server takes; nothing where it does not say. */
  readonly maxMessageBytes: number | undefined;
  /** The longest JSON text that the server takes; nothing where it does not say. */
  readonly maxTextBytes: number | undefined;
  readonly features: readonly string[];
  /** By wire name. */
  readonly members: ReadonlyMap<string, MemberDescription>;
  /** The classes that the schemas of members refer to (`#/$defs/NAME`), by name. Empty where there are none. */
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

/** What a generic client needs to know of a member. */
export interface MemberDescription {
  /** The member's name in the device's class. */
  readonly member: string;
  readonly description?: string;
  /** Of a method. */
  readonly parameters?: readonly ParameterDescription[];
  readonly concurrent?: boolean;
  /** Left out where false. */
  readonly interrupts?: boolean;
  /** The type of a method's result; left out where its author did not say. */
  readonly returns?: string;
  /** Left out where a call that runs is aborted. */
  readonly onCallerLost?: "continue";
  /** The type of what it tells before its result; left out where it tells nothing. */
  readonly progress?: string;
  /** The same with units; left out where its type is not written out. */
  readonly progressSchema?: JsonSchema;
  /** The type of the items of a stream; left out where it is none. */
  readonly stream?: string;
  /** The same with units; left out where it says nothing. */
  readonly streamSchema?: JsonSchema;
  /** How long it is waited for without progress, in milliseconds; left out where the time does not depend on it. */
  readonly idleMs?: number;
  /** The same with units, limits and choices. */
  readonly returnsSchema?: JsonSchema;
  /** Of a property. */
  readonly type?: string;
  /** Of a property: its type with units, limits and choices. */
  readonly schema?: JsonSchema;
  readonly readonly?: boolean;
  readonly notify?: string;
  /** Of a property: beyond this age its value is stale, in milliseconds. Left out where it never is. */
  readonly maxAgeMs?: number;
  /** Of a signal. */
  readonly arguments?: readonly string[];
  /** Of a signal's arguments, one each. */
  readonly schemas?: readonly JsonSchema[];
  /** Of a property or signal: whether a screen shows it at first sight. Left out where the author did not say. */
  readonly show?: "main" | "detail";
  /** Of a property or signal: whether a recorder takes it. Left out where the author did not say. */
  readonly record?: boolean;
}

/** What a generic client needs to know of a parameter. */
export interface ParameterDescription {
  readonly name: string;
  readonly type: string;
  readonly optional: boolean;
  /** Is sent by its name, never by its place. */
  readonly keyword?: boolean;
  /** Takes all arguments that are left, each of the type. Left out where false. */
  readonly rest?: true;
  /** Its type with units, limits and choices. */
  readonly schema?: JsonSchema;
}

/** What differs between two servers of one contract, and between two moments of one server. */
export interface ServerIdentity extends ServerStatus {
  readonly name: string;
  readonly version: string;
  readonly instance: string;
  readonly signalPort: number;
  readonly maxMessageBytes: number;
  readonly maxTextBytes: number;
  readonly features: readonly string[];
}

/** The reply to `GET_INVENTORY`, as the object that is sent. */
export function inventoryReply(contract: ServiceContract, identity: ServerIdentity): object {
  const { name, ...rest } = identity;
  return {
    json_methods: timeouts(contract, "json"),
    buffer_methods: timeouts(contract, "buffer"),
    signals: [...contract.signals.keys()],
    properties: [...contract.properties.keys()],
    name,
    rigwire: {
      type: contract.type,
      ...rest,
      ...descriptionOf(contract),
    },
  };
}

function timeouts(contract: ServiceContract, result: "json" | "buffer"): Record<string, number | null> {
  // Streams stand with the JSON methods: who cannot read them is told so when it calls one.
  const methods = [...contract.methods.values()].filter(
    (method) => (method.result === "buffer" ? "buffer" : "json") === result,
  );
  return Object.fromEntries(methods.map(({ wireName, timeoutMs }) => [wireName, timeoutMs]));
}

/** What is the same in every inventory of a contract: every client that comes asks for it. */
interface Description {
  readonly members: Readonly<Record<string, MemberDescription>>;
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
}

const known = new WeakMap<ServiceContract, Description>();

function descriptionOf(contract: ServiceContract): Description {
  const description = known.get(contract) ?? describe(contract);
  known.set(contract, description);
  return description;
}

function describe(contract: ServiceContract): Description {
  const schemas = new SchemaMaker();
  const members = Object.fromEntries(
    [...contract.members.values()].map((member) => [
      member.wireName,
      describeMember(member, contract, schemas),
    ]),
  );
  const { definitions } = schemas;
  return { members, ...(Object.keys(definitions).length > 0 && { definitions }) };
}

function describeMember(
  contract: MemberContract,
  service: ServiceContract,
  schemas: SchemaMaker,
): MemberDescription {
  const { member, description } = contract;
  const named = { member, ...(description !== undefined && { description }) };
  switch (contract.kind) {
    case "method": {
      const parameters = contract.parameters?.map((parameter, index) => ({
        name: parameter.name ?? `arg${index}`,
        type: typeName(parameter.type),
        optional: parameter.optional,
        ...(parameter.keyword === true && { keyword: true }),
        ...(parameter.rest && { rest: true as const }),
        ...told("schema", schemas.describe(parameter)),
      }));
      const {
        concurrent,
        interrupts,
        onCallerLost,
        progress,
        progressRange,
        idleMs,
        returns,
        metadata,
        stream,
      } = contract;
      return {
        ...named,
        concurrent,
        ...(interrupts && { interrupts }),
        ...(onCallerLost === "continue" && { onCallerLost }),
        ...(progress !== undefined && { progress: typeName(progress) }),
        ...(progress !== undefined &&
          progress.kind !== "any" &&
          told("progressSchema", {
            ...schemas.describe({ type: progress, metadata }),
            ...(progressRange !== undefined && { "x-range": progressRange }),
          })),
        ...(idleMs !== undefined && { idleMs }),
        ...(stream !== undefined && {
          stream: typeName(stream.items),
          ...told("streamSchema", schemas.describe({ type: stream.items, metadata })),
        }),
        ...(returns !== undefined && { returns: typeName(returns) }),
        ...(parameters && { parameters }),
        ...(stream === undefined &&
          told("returnsSchema", schemas.describe({ type: returns ?? Any, metadata }))),
      };
    }
    case "property": {
      const notify =
        contract.notify === undefined ? undefined : service.members.get(contract.notify)?.wireName;
      const { readonly } = contract;
      return {
        ...named,
        type: typeName(contract.type),
        readonly,
        ...(notify !== undefined && { notify }),
        ...(contract.maxAgeMs !== undefined && { maxAgeMs: contract.maxAgeMs }),
        ...told("schema", schemas.describe({ ...contract, description: undefined })),
        ...displayed(contract),
      };
    }
    case "signal":
      return {
        ...named,
        ...(contract.argumentTypes && {
          arguments: contract.argumentTypes.map(typeName),
          schemas: contract.argumentTypes.map((type) =>
            schemas.describe({ type, metadata: contract.metadata }),
          ),
        }),
        ...displayed(contract),
      };
  }
}

/** A schema under its key; nothing where it says nothing. */
function told<Key extends string>(key: Key, schema: JsonSchema): Partial<Record<Key, JsonSchema>> {
  const entries = Object.keys(schema).length === 0 ? [] : [[key, schema] as const];
  return Object.fromEntries(entries) as Partial<Record<Key, JsonSchema>>;
}

function displayed({ show, record }: DisplayMetadata): DisplayMetadata {
  return { ...(show !== undefined && { show }), ...(record !== undefined && { record }) };
}

/**
 * Reads the reply to `GET_INVENTORY`.
 *
 * @throws MalformedMessageError where it is none. An addition that cannot be read counts as absent.
 */
export function decodeInventory(reply: Readonly<Record<string, unknown>>): Inventory {
  const { json_methods, buffer_methods, signals, properties, name, rigwire, bridged } = reply;
  return {
    name: typeof name === "string" ? name : "",
    jsonMethods: decodeTimeouts(json_methods, "json_methods"),
    bufferMethods: decodeTimeouts(buffer_methods, "buffer_methods"),
    signals: decodeNames(signals, "signals"),
    properties: decodeNames(properties, "properties"),
    rigwire: isObject(rigwire) ? decodeRigwire(rigwire) : undefined,
    ...(bridged === true && { bridged }),
  };
}

function decodeTimeouts(value: unknown, key: string): MethodTimeouts {
  if (!isObject(value)) throw new MalformedMessageError(`"${key}" of the inventory is no object`);
  return new Map(
    Object.entries(value).map(([method, timeout]) => {
      if (timeout !== null && typeof timeout !== "number") {
        throw new MalformedMessageError(`the timeout of "${method}" in the inventory is no number`);
      }
      return [method, timeout];
    }),
  );
}

function decodeNames(value: unknown, key: string): string[] {
  if (!isTexts(value)) throw new MalformedMessageError(`"${key}" of the inventory is no list of names`);
  return value;
}

function decodeRigwire(value: Readonly<Record<string, unknown>>): RigwireInventory | undefined {
  const { version, type, instance, signalPort, maxMessageBytes, maxTextBytes, features, members } = value;
  if (typeof version !== "string" || typeof type !== "string" || typeof instance !== "string")
    return undefined;
  const status = decodeServerStatus(value);
  if (status === undefined || typeof signalPort !== "number" || !isTexts(features)) return undefined;
  return {
    version,
    type,
    instance,
    ...status,
    signalPort,
    maxMessageBytes: typeof maxMessageBytes === "number" ? maxMessageBytes : undefined,
    maxTextBytes: typeof maxTextBytes === "number" ? maxTextBytes : undefined,
    features,
    members: decodeMembers(members),
    definitions: decodeDefinitions(value.definitions),
  };
}

function decodeMembers(value: unknown): ReadonlyMap<string, MemberDescription> {
  const members = new Map<string, MemberDescription>();
  if (!isObject(value)) return members;
  for (const [wireName, member] of Object.entries(value)) {
    if (isObject(member)) members.set(wireName, decodeMember(wireName, member));
  }
  return members;
}

function decodeDefinitions(value: unknown): Readonly<Record<string, JsonSchema>> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, JsonSchema] => isObject(entry[1])),
  );
}

function decodeMember(wireName: string, value: Readonly<Record<string, unknown>>): MemberDescription {
  return {
    member: typeof value.member === "string" ? value.member : wireName,
    ...(typeof value.description === "string" && { description: value.description }),
    ...(Array.isArray(value.parameters) && {
      parameters: value.parameters.filter(isParameter).map(readable),
    }),
    ...(typeof value.concurrent === "boolean" && { concurrent: value.concurrent }),
    ...(value.interrupts === true && { interrupts: true }),
    ...(typeof value.returns === "string" && { returns: value.returns }),
    ...(value.onCallerLost === "continue" && { onCallerLost: value.onCallerLost }),
    ...(typeof value.progress === "string" && { progress: value.progress }),
    ...(isObject(value.progressSchema) && { progressSchema: value.progressSchema }),
    ...(isTime(value.idleMs) && { idleMs: value.idleMs }),
    ...(typeof value.stream === "string" && { stream: value.stream }),
    ...(isObject(value.streamSchema) && { streamSchema: value.streamSchema }),
    ...(typeof value.type === "string" && { type: value.type }),
    ...(typeof value.readonly === "boolean" && { readonly: value.readonly }),
    ...(typeof value.notify === "string" && { notify: value.notify }),
    ...(isTime(value.maxAgeMs) && { maxAgeMs: value.maxAgeMs }),
    ...(isTexts(value.arguments) && { arguments: value.arguments }),
    ...(isObject(value.schema) && { schema: value.schema }),
    ...(isObject(value.returnsSchema) && { returnsSchema: value.returnsSchema }),
    ...(isSchemas(value.schemas) && { schemas: value.schemas }),
    ...((value.show === "main" || value.show === "detail") && { show: value.show }),
    ...(typeof value.record === "boolean" && { record: value.record }),
  };
}

function isParameter(value: unknown): value is ParameterDescription {
  return (
    isObject(value) &&
    typeof value.name === "string" &&
    typeof value.type === "string" &&
    typeof value.optional === "boolean"
  );
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && value > 0;
}

/** Without what cannot be read. */
function readable({ schema, rest, ...parameter }: ParameterDescription): ParameterDescription {
  return { ...parameter, ...(rest && { rest }), ...(isObject(schema) && { schema }) };
}

function isSchemas(value: unknown): value is JsonSchema[] {
  return Array.isArray(value) && value.every(isObject);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
