import { isDeepEqual } from "./deep-equal";
import { type Bytes, type Platform } from "./platform";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What every JavaScript engine offers: browsers, and Node until its own platform is installed. */
export const portable: Platform = {
  inspect,
  isError: (value): value is Error => value instanceof Error,
  deepEqual: isDeepEqual,
  unref: () => undefined,
  endOfTurn: (callback) => void Promise.resolve().then(callback),
  nextTurn: (callback) => void setTimeout(callback, 0),
  memory: (bytes) => new Uint8Array(bytes),
  byteLength: (text) => encoder.encode(text).length,
  textOf(bytes) {
    try {
      return decoder.decode(bytes);
    } catch {
      return undefined;
    }
  },
  // Without Node's types, bytes are Uint8Arrays; with them, the platform of Node is installed.
  bytesOf: (view) => view as Bytes,
  load(module) {
    throw new Error(`${module} is not to be had here`);
  },
  environment: () => undefined,
  // A page is known by where it was loaded from.
  self: () => ({ program: pageAddress(), host: "" }),
};

function pageAddress(): string {
  const { location } = globalThis as {
    readonly location?: { readonly host?: string; readonly pathname?: string };
  };
  return `${location?.host ?? ""}${location?.pathname ?? ""}`;
}

function inspect(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object" || value === null) return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
