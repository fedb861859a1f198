/** The arrays of numbers that travel as bytes. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** A class of typed arrays, such as `Float64Array`. */
export interface TypedArrayClass<T extends TypedArray = TypedArray> {
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
  readonly prototype: T;
  new (length: number): T;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

/** What is known of one kind of elements. */
export interface ElementKind {
  readonly name: string;
  readonly type: TypedArrayClass;
  readonly bytes: number;
  /** As numpy writes it, without the order of the bytes: `f8`. */
  readonly code: string;
}

function kind(type: TypedArrayClass, code: string): ElementKind {
  return { name: type.name, type, bytes: type.BYTES_PER_ELEMENT, code };
}

/** Each kind of elements; of two with one code the one that it is read as comes first. */
export const ELEMENT_KINDS: readonly ElementKind[] = [
  kind(Int8Array, "i1"),
  kind(Uint8Array, "u1"),
  kind(Uint8ClampedArray, "u1"),
  kind(Int16Array, "i2"),
  kind(Uint16Array, "u2"),
  kind(Int32Array, "i4"),
  kind(Uint32Array, "u4"),
  kind(BigInt64Array, "i8"),
  kind(BigUint64Array, "u8"),
  kind(Float32Array, "f4"),
  kind(Float64Array, "f8"),
];

const BY_NAME = new Map(ELEMENT_KINDS.map((each) => [each.name, each]));
const BY_TYPE = new Map<unknown, ElementKind>(ELEMENT_KINDS.map((each) => [each.type, each]));

/** The kind of a class; nothing where the class is none of typed arrays. */
export function elementKindOfClass(type: unknown): ElementKind | undefined {
  return BY_TYPE.get(type);
}

/** The kind by the name of its class. */
export function elementKindNamed(name: string): ElementKind | undefined {
  return BY_NAME.get(name);
}

/** The kind of a typed array, also of one of another realm; nothing for anything else. A `Buffer` counts as bytes. */
export function elementKindOf(value: unknown): ElementKind | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  return BY_NAME.get(Object.prototype.toString.call(value).slice("[object ".length, -1));
}

export function isTypedArray(value: unknown): value is TypedArray {
  return elementKindOf(value) !== undefined;
}

/** Elsewhere than on Node there is none. */
const NODE_BUFFER: unknown = Reflect.get(globalThis, "Buffer");

/** The class `Buffer` of Node; nothing elsewhere. */
export function bufferClass(): unknown {
  return NODE_BUFFER;
}

/** Whether a value is a `Buffer` of Node, which stays one. */
export function isNodeBuffer(value: unknown): value is Uint8Array {
  return typeof NODE_BUFFER === "function" && value instanceof NODE_BUFFER;
}

/** The memory of an array as bytes, without a copy. */
export function bytesOfArray({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Whether this computer keeps the lowest byte of a number first, as almost all do. */
export const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** As numpy writes a kind of elements with the order of the bytes on this computer: `<f8`, `|u1`. */
export function dtypeOf({ code, bytes }: ElementKind): string {
  if (bytes === 1) return `|${code}`;
  return (IS_LITTLE_ENDIAN ? "<" : ">") + code;
}
