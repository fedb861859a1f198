import { convertValue } from "../contract/convert-value";
import { type MethodContract, type PropertyContract } from "../contract/service-contract";
import { MalformedMessageError, messageOf, placeName, ValidationError } from "../errors";
import { decodeInventory, type Inventory } from "../wire/inventory";
import { type RequestKind } from "./outgoing-call";

const PROPERTY_TIMEOUT_MS = 10_000;
const INVENTORY_TIMEOUT_MS = 1_000;

const methodKinds = new WeakMap<MethodContract, RequestKind>();

/** A call of a method: its result, or the bytes and the info object of a buffer method. */
export function methodKindOf(method: MethodContract): RequestKind {
  const known = methodKinds.get(method);
  if (known !== undefined) return known;
  const kind = methodKind(method);
  methodKinds.set(method, kind);
  return kind;
}

function methodKind({ member, wireName, result, timeoutMs }: MethodContract): RequestKind {
  return {
    member,
    /** What the device's inventory says of a method, and the contract until the inventory is known. */
    usualTimeoutMs(peer) {
      if (peer === undefined) return timeoutMs;
      const { jsonMethods, bufferMethods } = peer.inventory;
      return jsonMethods.get(wireName) ?? bufferMethods.get(wireName) ?? null;
    },
    read(reply, place) {
      if (reply.kind === "buffer") return [reply.data, reply.info];
      if (result === "json") return reply.body.result;
      throw new MalformedMessageError(`${placeName(place)}answered without bytes`, place);
    },
  };
}

/** The value of a property, of the type that is declared for it: a `Date`, an instance of its class. */
export function getKind({ member, type }: PropertyContract): RequestKind {
  return {
    member,
    usualTimeoutMs: () => PROPERTY_TIMEOUT_MS,
    read(reply, place) {
      if (reply.kind !== "success")
        throw new MalformedMessageError(`${placeName(place)}answered with bytes`, place);
      const { value } = reply.body;
      if (value === null || value === undefined) return value;
      try {
        return convertValue(type, value, "its value", []);
      } catch (error) {
        throw new ValidationError(`${placeName(place)}${messageOf(error)}`, place, { cause: error });
      }
    },
  };
}

/** Nothing, but that a property was set. */
export function setKind(member: string): RequestKind<void> {
  return { member, usualTimeoutMs: () => PROPERTY_TIMEOUT_MS, read: () => undefined };
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
