import { isNdArray, type NdArray } from "../../contract/nd-array";
import { bytesOfArray, dtypeOf, elementKindOf, type TypedArray } from "../../contract/typed-arrays";
import { type Sendable } from "../../wire/array-reference";
import { UsageError } from "../program/exit-code";

/** The contents of a file for an array, as its name says: `.npy` for numpy, `.csv` for tables, else its bytes alone. */
export function arrayFile(name: string, array: Sendable): Uint8Array {
  if (/\.npy$/i.test(name)) return npy(array);
  if (/\.csv$/i.test(name)) return Buffer.from(csv(array));
  return bytesOfArray(dataOf(array));
}

/** `spectrum.npy` of the array `dark` is `spectrum-dark.npy`. */
export function partName(name: string, part: string): string {
  const dot = name.lastIndexOf(".");
  const isEnding = dot > Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1;
  const [stem, ending] = isEnding ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  return `${stem}-${part.replaceAll(/[^\w.-]+/g, "-")}${ending}`;
}

const MAGIC = Buffer.from("\u0093NUMPY\u0001\u0000", "latin1");
const LENGTH_BYTES = 2;
/** The data begins at a multiple of it (numpy.lib.format, version 1.0). */
const NPY_ALIGNMENT = 64;

function npy(array: Sendable): Uint8Array {
  const data = dataOf(array);
  const kind = elementKindOf(data);
  const shape = shapeOf(array);
  // A tuple of one has a comma in Python.
  const tuple = shape.length === 1 ? `${shape[0] ?? 0},` : shape.join(", ");
  const about = `{'descr': '${kind === undefined ? "" : dtypeOf(kind)}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const start = MAGIC.length + LENGTH_BYTES;
  const end = Math.ceil((start + about.length + 1) / NPY_ALIGNMENT) * NPY_ALIGNMENT;
  const header = Buffer.from(`${about.padEnd(end - start - 1)}\n`, "latin1");
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt16LE(header.length);
  return Buffer.concat([MAGIC, length, header, bytesOfArray(data)]);
}

/** A row a line; of one dimension an element a line. */
function csv(array: Sendable): string {
  const shape = shapeOf(array);
  if (shape.length > 2) {
    throw new UsageError(`a table has two dimensions, the array has ${shape.length}: name a .npy file`);
  }
  const data = dataOf(array);
  const columns = shape.length === 2 ? (shape[1] ?? 1) : 1;
  const rows = columns === 0 ? 0 : data.length / columns;
  return Array.from({ length: rows }, (_, row) => {
    return `${data.subarray(row * columns, (row + 1) * columns).join(",")}\n`;
  }).join("");
}

function dataOf(array: Sendable): TypedArray {
  return isNdArray(array) ? array.data : array;
}

function shapeOf(array: Sendable): NdArray["shape"] {
  return isNdArray(array) ? array.shape : [array.length];
}
