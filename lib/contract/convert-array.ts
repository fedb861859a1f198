import { platform } from "../platform/current";
import { isNdArray, type NdArray } from "./nd-array";
import { bytesOfArray, elementKindOf, isNodeBuffer, type ElementKind, type TypedArray } from "./typed-arrays";
import { typeName, type ValueType } from "./value-type";

/** A type whose values travel as bytes. */
export type ArrayType = Extract<ValueType, { kind: "typed-array" | "nd-array" | "bytes" }>;

/**
 * Brings a value to a declared array. Elements keep their kind; a list, as JSON has it, becomes one only where every
 * number is an element of the kind as it is.
 *
 * @returns Nothing where the value does not fit.
 */
export function toArray(type: ArrayType, value: unknown): TypedArray | NdArray | undefined {
  switch (type.kind) {
    case "typed-array":
      return toTypedArray(type.elements, value);
    case "nd-array":
      return isNdArray(value) && fits(type.elements, value) ? value : undefined;
    case "bytes":
      return elementKindOf(value)?.name === "Uint8Array"
        ? platform().bytesOf(value as Uint8Array)
        : undefined;
  }
}

/** How a value that does not fit can be made to, as the end of an error; empty where nothing is known. */
export function arrayCure(type: ArrayType, value: unknown): string {
  if (type.kind === "typed-array") {
    const { name } = type.elements;
    if (isNdArray(value)) return `: send its data, which has no shape (array.data)`;
    const isOther = elementKindOf(value) !== undefined || Array.isArray(value);
    return isOther ? `: nothing is converted without a word, send ${name}.from(array)` : "";
  }
  if (type.kind === "bytes")
    return elementKindOf(value) === undefined ? "" : ": send bytes, a Buffer or Uint8Array";
  if (elementKindOf(value) !== undefined) return ": give it a shape, nd(array, [rows, columns])";
  return isNdArray(value) ? `: nothing is converted without a word, convert its data before` : "";
}

/** A kind of array with how much of it there is: `a Float64Array of 5`; nothing for what is none. */
export function arrayExcerpt(value: unknown): string | undefined {
  if (isNdArray(value)) return `an ${typeNameOf(value)} of shape [${value.shape.join(", ")}]`;
  const kind = elementKindOf(value);
  if (kind === undefined) return undefined;
  const name = isNodeBuffer(value) ? "Buffer" : kind.name;
  return `${/^[AEI]/.test(name) ? "an" : "a"} ${name} of ${(value as TypedArray).length}`;
}

function typeNameOf({ data }: NdArray): string {
  const elements = elementKindOf(data);
  return typeName(elements === undefined ? { kind: "nd-array" } : { kind: "nd-array", elements });
}

function fits(elements: ElementKind | undefined, { data }: NdArray): boolean {
  return elements === undefined || elementKindOf(data) === elements;
}

function toTypedArray(elements: ElementKind, value: unknown): TypedArray | undefined {
  if (elementKindOf(value) === elements) {
    // What is declared as Uint8Array has the methods of one: some of a Buffer do otherwise.
    return isNodeBuffer(value) ? bytesOfArray(value) : (value as TypedArray);
  }
  return Array.isArray(value) ? fromList(elements, value) : undefined;
}

function fromList(elements: ElementKind, list: readonly unknown[]): TypedArray | undefined {
  const array = new elements.type(list.length);
  const isBig = array instanceof BigInt64Array || array instanceof BigUint64Array;
  for (const [index, item] of list.entries()) {
    const element = isBig && Number.isSafeInteger(item) ? BigInt(item as number) : item;
    if (typeof element !== (isBig ? "bigint" : "number")) return undefined;
    (array as unknown as Record<number, unknown>)[index] = element;
    if (!Object.is(array[index], element) && !isZero(array[index], element)) return undefined;
  }
  return array;
}

/** Of integers -0 is 0. */
function isZero(kept: unknown, given: unknown): boolean {
  return kept === given && given === 0;
}
