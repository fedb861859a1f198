import { isNdArray } from "./nd-array";

/**
 * Makes something of an object that may hold arrays of numbers, by a means that would take them to pieces, such as
 * class-transformer: they are laid aside meanwhile, and put back where they stood.
 */
export function withArraysAside<T>(value: object, make: (plain: object) => T): T {
  const aside = new Map<symbol, unknown>();
  const plain = laidAside(value, aside) as object;
  const made = make(plain);
  if (aside.size > 0) putBack(made, aside, new Set());
  return made;
}

/** The same value where it holds none. */
function laidAside(value: unknown, aside: Map<symbol, unknown>): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (ArrayBuffer.isView(value) || isNdArray(value)) {
    const place = Symbol("array");
    aside.set(place, value);
    return place;
  }
  const before = aside.size;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => laidAside(item, aside));
    return aside.size === before ? value : items;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, laidAside(item, aside)] as const);
  return aside.size === before ? value : Object.fromEntries(entries);
}

function putBack(value: unknown, aside: ReadonlyMap<symbol, unknown>, seen: Set<object>): void {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  for (const [key, item] of Object.entries(value)) {
    if (typeof item === "symbol" && aside.has(item)) Reflect.set(value, key, aside.get(item));
    else putBack(item, aside, seen);
  }
}
