import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  ELLIPSIS,
  NOT_IMPLEMENTED,
  PyComplex,
  PyFloat,
  PySlice,
  type BrineValue,
} from "../../lib/rpyc/brine/values";

/** A Python value as the recordings and the Python peers write it. */
export type PythonLiteral =
  | { readonly t: "none" | "ellipsis" | "notimplemented" }
  | { readonly t: "bool"; readonly v: boolean }
  | { readonly t: "int" | "float" | "str" | "bytes"; readonly v: string }
  | { readonly t: "complex"; readonly v: readonly [string, string] }
  | { readonly t: "tuple" | "frozenset" | "slice"; readonly v: readonly PythonLiteral[] };

export interface BrineVector {
  readonly repr: string;
  readonly value: PythonLiteral;
  readonly hex: string;
}

export interface RegistryExchange {
  readonly transport: "udp" | "tcp";
  readonly from: "client" | "registry";
  readonly hex: string;
}

const VECTORS = join(__dirname, "../vectors");

/** What Python's rpyc made of each value. */
export function brineVectors(): readonly BrineVector[] {
  return (recording("rpyc-brine.json") as { vectors: BrineVector[] }).vectors;
}

/** What Python's rpyc client and registry said to each other, in order. */
export function registryExchanges(): readonly RegistryExchange[] {
  return (recording("rpyc-registry.json") as { exchanges: RegistryExchange[] }).exchanges;
}

function recording(file: string): unknown {
  return JSON.parse(readFileSync(join(VECTORS, file), "utf8"));
}

/** The value that decoding gives for it. */
export function fromLiteral(literal: PythonLiteral): BrineValue {
  switch (literal.t) {
    case "none":
      return null;
    case "ellipsis":
      return ELLIPSIS;
    case "notimplemented":
      return NOT_IMPLEMENTED;
    case "bool":
    case "str":
      return literal.v;
    case "bytes":
      return Uint8Array.from(Buffer.from(literal.v, "hex"));
    case "int":
      return Number.isSafeInteger(Number(literal.v)) ? Number(literal.v) : BigInt(literal.v);
    case "float":
      return new PyFloat(floatOf(literal.v));
    case "complex":
      return new PyComplex(floatOf(literal.v[0]), floatOf(literal.v[1]));
    case "tuple":
      return literal.v.map(fromLiteral);
    case "frozenset":
      return new Set(literal.v.map(fromLiteral));
    case "slice": {
      const [start, stop, step] = literal.v.map(fromLiteral);
      return new PySlice(start, stop, step);
    }
  }
}

function floatOf(text: string): number {
  return Number(text.replace("inf", "Infinity"));
}
