import { laneOf } from "../contract/lane";
import { convertValue } from "../contract/convert-value";
import { type MethodContract, type PropertyContract } from "../contract/service-contract";
import { type ValueType } from "../contract/value-type";
import { MalformedMessageError, messageOf, placeName, ValidationError, type ErrorPlace } from "../errors";
import { withArrays } from "../wire/incoming-arrays";
import { readBufferResult } from "../wire/buffer-results";
import { decodeDeviceHealth, type DeviceHealth } from "../wire/device-health";
import { decodeDeviceStats, type DeviceStats } from "../wire/device-stats";
import { decodeInventory, type Inventory } from "../wire/inventory";
import { type MemberDescription } from "../wire/member-description";
import { decodeMemberUsers, type MemberUser } from "../wire/member-users";
import { argumentName } from "./outgoing-arguments";
import { type RequestKind } from "./outgoing-call";
import { type Peer } from "./peer";

const PROPERTY_TIMEOUT_MS = 10_000;
const INVENTORY_TIMEOUT_MS = 1_000;

/** Makes the kind of a member once, when it is first asked for. */
function once<Contract extends object, T>(
  make: (contract: Contract) => RequestKind<T>,
): (contract: Contract) => RequestKind<T> {
  const made = new WeakMap<Contract, RequestKind<T>>();
  return (contract) => {
    const known = made.get(contract) ?? make(contract);
    made.set(contract, known);
    return known;
  };
}

/** A call of a method: its result, or the bytes and the info object of a buffer method. */
export const methodKindOf = once(methodKind);

/** The value of a property, of the type that is declared for it: a `Date`, an instance of its class. */
export const getKindOf = once(getKind);

/** Nothing, but that a property was set. */
export const setKindOf = once(setKind);

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
export const INVENTORY: RequestKind<Inventory> = {
  member: undefined,
  usualTimeoutMs: () => INVENTORY_TIMEOUT_MS,
  read(reply, place) {
    if (reply.kind === "success") return decodeInventory(reply.body);
    throw new MalformedMessageError(`${placeName(place)}the inventory is a buffer`, place);
  },
};

/** What a device counted. */
export const STATS: RequestKind<DeviceStats> = {
  member: undefined,
  usualTimeoutMs: () => PROPERTY_TIMEOUT_MS,
  read(reply, place) {
    if (reply.kind === "success") return decodeDeviceStats(reply.body);
    throw new MalformedMessageError(`${placeName(place)}the stats are a buffer`, place);
  },
};

/** Whether a device can do its work. */
export const HEALTH: RequestKind<DeviceHealth> = {
  member: undefined,
  usualTimeoutMs: () => PROPERTY_TIMEOUT_MS,
  read(reply, place) {
    if (reply.kind === "success") return decodeDeviceHealth(reply.body);
    throw new MalformedMessageError(`${placeName(place)}the status is a buffer`, place);
  },
};

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
