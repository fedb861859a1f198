import { type MethodContract } from "../contract/service-contract";
import { MalformedMessageError } from "../errors";
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
      throw new MalformedMessageError(`${member} answered without bytes`, place);
    },
  };
}

/** The value of a property. */
export function getKind(member: string): RequestKind {
  return {
    member,
    usualTimeoutMs: () => PROPERTY_TIMEOUT_MS,
    read(reply, place) {
      if (reply.kind === "success") return reply.body.value;
      throw new MalformedMessageError(`${member} answered with bytes`, place);
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
    throw new MalformedMessageError("the inventory is a buffer", place);
  },
};
