import { SchemaMaker } from "../contract/json-schema";
import { type JsonSchema } from "../contract/rule-keywords";
import { type MemberContract, type ServiceContract } from "../contract/service-contract";
import { type DisplayMetadata } from "../contract/value-metadata";
import { Any, typeName } from "../contract/value-type";
import { isObject, isTexts } from "./message";

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
  /** Of a property: the device keeps what callers set across restarts. Left out where false. */
  readonly persist?: true;
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

/** What is the same in every inventory of a contract: every client that comes asks for it. */
export interface ContractDescription {
  readonly members: Readonly<Record<string, MemberDescription>>;
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
}

// Not by `remembered()`: bundlers keep what is called at the top of a module, and no page describes members.
const known = new WeakMap<ServiceContract, ContractDescription>();

/** What is said of all members of a contract; made once. */
export function descriptionOf(contract: ServiceContract): ContractDescription {
  const description = known.get(contract) ?? describe(contract);
  known.set(contract, description);
  return description;
}

function describe(contract: ServiceContract): ContractDescription {
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
        ...(contract.persist === true && { persist: true }),
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

/** By wire name; what cannot be read counts as absent. */
export function decodeMembers(value: unknown): ReadonlyMap<string, MemberDescription> {
  const members = new Map<string, MemberDescription>();
  if (!isObject(value)) return members;
  for (const [wireName, member] of Object.entries(value)) {
    if (isObject(member)) members.set(wireName, decodeMember(wireName, member));
  }
  return members;
}

/** By name; what cannot be read counts as absent. */
export function decodeDefinitions(value: unknown): Readonly<Record<string, JsonSchema>> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, JsonSchema] => isObject(entry[1])),
  );
}

type Readable = Omit<MemberDescription, "member">;

/** What each of them must be; any other counts as absent. */
const READABLE: { readonly [Key in keyof Readable]-?: (value: unknown) => value is Readable[Key] } = {
  description: isText,
  parameters: Array.isArray,
  concurrent: isTruthValue,
  interrupts: isTrue,
  returns: isText,
  onCallerLost: (value) => value === "continue",
  progress: isText,
  progressSchema: isObject,
  idleMs: isTime,
  stream: isText,
  streamSchema: isObject,
  type: isText,
  readonly: isTruthValue,
  notify: isText,
  maxAgeMs: isTime,
  persist: isTrue,
  arguments: isTexts,
  schema: isObject,
  returnsSchema: isObject,
  schemas: isSchemas,
  show: (value) => value === "main" || value === "detail",
  record: isTruthValue,
};

function decodeMember(wireName: string, value: Readonly<Record<string, unknown>>): MemberDescription {
  const { member, parameters } = value;
  const readable = Object.entries(READABLE).filter(([key, isReadable]) => isReadable(value[key]));
  return {
    member: typeof member === "string" ? member : wireName,
    ...(Object.fromEntries(readable.map(([key]) => [key, value[key]])) as Readable),
    ...(Array.isArray(parameters) && { parameters: parameters.filter(isParameter).map(readableParameter) }),
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTruthValue(value: unknown): value is boolean {
  return typeof value === "boolean";
}

function isTrue(value: unknown): value is true {
  return value === true;
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
function readableParameter({ schema, rest, ...parameter }: ParameterDescription): ParameterDescription {
  return { ...parameter, ...(rest && { rest }), ...(isObject(schema) && { schema }) };
}

function isSchemas(value: unknown): value is JsonSchema[] {
  return Array.isArray(value) && value.every(isObject);
}
