import { isNdArray } from "../../contract/nd-array";
import { elementKindOf, isNodeBuffer, type TypedArray } from "../../contract/typed-arrays";
import { type Sendable } from "../../wire/array-reference";
import { type ArrayWriter } from "../../wire/outgoing-arrays";

/** So many elements show what an array holds. */
const SHOWN = 6;

/** Digits that a person reads; a device's own number is in the file. */
const PRECISION = 6;

/** An array in short, as JSON is written: `Float64Array(2048) [0.1,0.2,…]`, `NdArray<Uint16Array>(1024×1280) [7,8,…]`. */
export function arrayText(array: Sendable): string {
  const data = isNdArray(array) ? array.data : array;
  const shown = Array.from(data.subarray(0, SHOWN) as Iterable<number | bigint>, elementText);
  return `${arrayTitle(array)} [${[...shown, ...(data.length > SHOWN ? ["…"] : [])].join(",")}]`;
}

/** What kind of array it is, and how large. */
export function arrayTitle(array: Sendable): string {
  if (isNdArray(array)) return `NdArray<${kindName(array.data)}>(${array.shape.join("×")})`;
  return `${isNodeBuffer(array) ? "Buffer" : kindName(array)}(${array.length})`;
}

function kindName(data: TypedArray): string {
  return elementKindOf(data)?.name ?? "";
}

function elementText(element: number | bigint): string {
  if (typeof element === "bigint" || Number.isInteger(element)) return String(element);
  return String(Number(element.toPrecision(PRECISION)));
}

/** Writes arrays in short where they stand in a value. */
export const IN_SHORT: ArrayWriter = { isStrict: false, add: arrayText };

/** Writes arrays as JSON has them, for programs: a list; one with a shape, and bytes, as an object. */
export const AS_JSON: ArrayWriter = { isStrict: false, add: arrayJson };

function arrayJson(array: Sendable): string {
  if (isNodeBuffer(array)) return JSON.stringify({ base64: Buffer.from(array).toString("base64") });
  if (!isNdArray(array)) return listJson(array);
  const { shape, dtype, data } = array;
  return `{"shape":${JSON.stringify(shape)},"dtype":${JSON.stringify(dtype)},"data":${listJson(data)}}`;
}

/** Numbers that are not finite stand bare, as in all JSON of this library. */
function listJson(data: TypedArray): string {
  return `[${data.join(",")}]`;
}
