import { isRecord, takesAsItIs } from "./as-it-is";
import { remembered } from "./remembered";
import { holdsKind, type ValueType } from "./value-type";

/**
 * A value of a declared type in the form that it has on the wire: its sets are lists. What is not of the type stays as
 * it is, for whoever checks it.
 */
export function toWire(type: ValueType, value: unknown): unknown {
  return holdsSet(type) ? withLists(type, value) : value;
}

/** Asked for every value that is sent: looked into once. */
export const holdsSet = remembered((type: ValueType) => holdsKind(type, "set"));

function withLists(type: ValueType, value: unknown): unknown {
  switch (type.kind) {
    case "set":
      return value instanceof Set
        ? listOf(type.items, [...(value as Set<unknown>)])
        : listOf(type.items, value);
    case "array":
      return listOf(type.items, value);
    case "tuple":
      if (!Array.isArray(value)) return value;
      return value.map((item: unknown, index) => {
        const place = type.items[index];
        return place === undefined ? item : withLists(place, item);
      });
    case "dict":
      if (!isRecord(value)) return value;
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, withLists(type.values, item)]),
      );
    case "union": {
      const member = type.members.find((one) => takesAsItIs(one, value));
      return member === undefined ? value : withLists(member, value);
    }
    default:
      return value;
  }
}

function listOf(items: ValueType, value: unknown): unknown {
  return Array.isArray(value) ? value.map((item) => withLists(items, item)) : value;
}
