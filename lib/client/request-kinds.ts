import { laneOf } from "../contract/lane";
import { convertValue } from "../contract/convert-value";
import { remembered } from "../contract/remembered";
import { type MethodContract, type PropertyContract } from "../contract/service-contract";
import { type ValueType } from "../contract/value-type";
import { MalformedMessageError, messageOf, placeName, ValidationError, type ErrorPlace } from "../errors";
import { withArrays } from "../wire/incoming-arrays";
import { readBufferResult } from "../wire/buffer-results";
import { decodeDeviceHealth } from "../wire/device-health";
import { decodeDeviceStats } from "../wire/device-stats";
import { decodeInventory } from "../wire/inventory";
import { type MemberDescription } from "../wire/member-description";
import { decodeMemberUsers, type MemberUser } from "../wire/member-users";
import { argumentName } from "./outgoing-arguments";
import { type RequestKind } from "./outgoing-call";
import { type Peer } from "./peer";

const PROPERTY_TIMEOUT_MS = 10_000;
const INVENTORY_TIMEOUT_MS = 1_000;

/** A call of a method: its result, or the bytes and the info object of a buffer method. */
export const methodKindOf = remembered(methodKind);

/** The value of a property, of the type that is declared for it: a `Date`, an instance of its class. */
export const getKindOf = remembered(getKind);

/** Nothing, but that a property was set. */
export const setKindOf = remembered(setKind);

function methodKind(method: MethodContract): RequestKind {
  const { member, wireName, result, returns, timeoutMs, idleMs } = method;
  return {
    member,
    wireName,
    lane: laneOf(method),
    argumentName: (index) => argumentName(method, index),
    /** What the device's inventory says of a method, and the contract until the inventory is known. */
    usualTimeoutMs(peer) {
      if (peer === undefined) return timeoutMs;
      const { jsonMethods, bufferMethods } = peer.inventory;
      return jsonMethods.get(wireName) ?? bufferMethods.get(wireName) ?? null;
    },
    usualIdleMs: (peer) => (peer === undefined ? idleMs : describedBy(peer, wireName)?.idleMs),
    tellsProgress: (peer) => describedBy(peer, wireName)?.progress !== undefined,
    read(reply, place) {
      if (reply.kind === "buffer") return readBufferResult(reply.data, reply.info);
      if (result !== "buffer") return typed(returns, reply.body.result, "its result", place);
      throw new MalformedMessageError(`${placeName(place)}answered without bytes`, place);
    },
  };
}

function describedBy({ inventory }: Peer, wireName: string): MemberDescription | undefined {
  return inventory.rigwire?.members.get(wireName);
}

function getKind({ member, wireName, type }: PropertyContract): RequestKind {
  return {
    member,
    wireName,
    usualTimeoutMs: () => PROPERTY_TIMEOUT_MS,
    read(reply, place) {
      const { value } =
        reply.kind === "success" ? reply.body : (withArrays(reply.info, reply.data) as typeof reply.info);
      return typed(type, value, "its value", place);
    },
  };
}

/** A value as its type has it on this side. */
function typed(type: ValueType | undefined, value: unknown, what: string, place: ErrorPlace): unknown {
  if (type === undefined || value === null || value === undefined) return value;
  try {
    return convertValue(type, value, what, []);
  } catch (error) {
    throw new ValidationError(`${placeName(place)}${messageOf(error)}`, place, { cause: error });
  }
}

function setKind({ member, wireName }: PropertyContract): RequestKind<void> {
  return { member, wireName, usualTimeoutMs: () => PROPERTY_TIMEOUT_MS, read: () => undefined };
}

/** What a device says of itself. */
export const INVENTORY = toldOfDevice("the inventory is", decodeInventory, INVENTORY_TIMEOUT_MS);

/** What a device counted. */
export const STATS = toldOfDevice("the stats are", decodeDeviceStats);

/** Whether a device can do its work. */
export const HEALTH = toldOfDevice("the status is", decodeDeviceHealth);

/** Nothing, but that the server ends. */
export const STOP_SERVER: RequestKind<void> = {
  member: undefined,
  usualTimeoutMs: () => PROPERTY_TIMEOUT_MS,
  read: () => undefined,
};

/** Who uses which members of the device. */
export const USERS: RequestKind<readonly MemberUser[]> = {
  member: undefined,
  usualTimeoutMs: () => PROPERTY_TIMEOUT_MS,
  read: (reply) => (reply.kind === "success" ? decodeMemberUsers(reply.body) : []),
};

function toldOfDevice<T>(
  what: string,
  decode: (body: Readonly<Record<string, unknown>>) => T,
  timeoutMs = PROPERTY_TIMEOUT_MS,
): RequestKind<T> {
  return {
    member: undefined,
    usualTimeoutMs: () => timeoutMs,
    read(reply, place) {
      if (reply.kind === "success") return decode(reply.body);
      throw new MalformedMessageError(`${placeName(place)}${what} a buffer`, place);
    },
  };
}
