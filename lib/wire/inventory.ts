import { type JsonSchema } from "../contract/rule-keywords";
import { type ServiceContract } from "../contract/service-contract";
import { MalformedMessageError } from "../errors";
import { frameBytes } from "./frame";
import { encodeJson } from "./json";
import {
  decodeDefinitions,
  decodeMembers,
  descriptionOf,
  type MemberDescription,
} from "./member-description";
import { MAX_PAGE_BYTES, memberPages } from "./member-pages";
import { isObject, isTexts } from "./message";
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
  | "member-pages"
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
  /** In how many pages the server describes its members; nothing where it does so in the inventory. */
  readonly memberPages?: number;
  /** By wire name. */
  readonly members: ReadonlyMap<string, MemberDescription>;
  /** The classes that the schemas of members refer to (`#/$defs/NAME`), by name. Empty where there are none. */
  readonly definitions: Readonly<Record<string, JsonSchema>>;
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

/** Whether a server can do something beyond the original; false where nothing is known of it. */
export function offers(inventory: Inventory | undefined, feature: Feature): boolean {
  return inventory?.rigwire?.features.includes(feature) === true;
}

/** The reply to `GET_INVENTORY`, as the object that is sent, with everything that is said of the members. */
export function inventoryReply(contract: ServiceContract, identity: ServerIdentity): object {
  return reply(contract, identity, descriptionOf(contract));
}

/** The same as devices send it: what is said of the members is left out where it is told in pages. */
export function sentInventory(contract: ServiceContract, identity: ServerIdentity): object {
  const pages = memberPagesOf(contract);
  if (pages.length === 0) return inventoryReply(contract, identity);
  const features = [...identity.features, "member-pages" satisfies Feature];
  return reply(contract, { ...identity, features }, { memberPages: pages.length });
}

/** What is left of an inventory when its members are described in pages has this much of its own, in bytes. */
const OF_SERVER_BYTES = 2_000;

// As the descriptions of members: no page has use for it.
const knownPages = new WeakMap<ServiceContract, readonly string[]>();

/** The replies to `GET_MEMBERS`, page by page; none where the inventory has room for what they say. */
export function memberPagesOf(contract: ServiceContract): readonly string[] {
  let pages = knownPages.get(contract);
  if (pages === undefined) {
    const description = descriptionOf(contract);
    const bytes = frameBytes(encodeJson({ ...offered(contract), ...description }));
    pages = bytes + OF_SERVER_BYTES > MAX_PAGE_BYTES ? memberPages(description) : [];
    knownPages.set(contract, pages);
  }
  return pages;
}

function reply(contract: ServiceContract, identity: ServerIdentity, description: object): object {
  const { name, ...rest } = identity;
  return { ...offered(contract), name, rigwire: { type: contract.type, ...rest, ...description } };
}

/** What an original tells as well. */
function offered(contract: ServiceContract): object {
  return {
    json_methods: timeouts(contract, "json"),
    buffer_methods: timeouts(contract, "buffer"),
    signals: [...contract.signals.keys()],
    properties: [...contract.properties.keys()],
  };
}

function timeouts(contract: ServiceContract, result: "json" | "buffer"): Record<string, number | null> {
  // Streams stand with the JSON methods: who cannot read them is told so when it calls one.
  const methods = [...contract.methods.values()].filter(
    (method) => (method.result === "buffer" ? "buffer" : "json") === result,
  );
  return Object.fromEntries(methods.map(({ wireName, timeoutMs }) => [wireName, timeoutMs]));
}

/**
 * Reads the reply to `GET_INVENTORY`. Where it has `memberPages`, nothing is known of the members yet.
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

/** How many there are is bounded where they are asked for. */
function isPageCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0;
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
    ...(isPageCount(value.memberPages) &&
      features.includes("member-pages" satisfies Feature) && { memberPages: value.memberPages }),
    members: decodeMembers(members),
    definitions: decodeDefinitions(value.definitions),
  };
}
