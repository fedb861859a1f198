import { isNdArray } from "../contract/nd-array";
import { bytesOfArray, dtypeOf, elementKindOf, isNodeBuffer } from "../contract/typed-arrays";
import { type ReferenceKind, type Sendable } from "./array-reference";

/** Every array begins at a multiple of it: no kind of elements needs more. */
const ALIGNMENT = 8;

/** Gets the arrays that are met while a value is written as JSON. */
export interface ArrayWriter {
  /** Whether everything is looked at: of a message with arrays nothing may look like a reference. */
  readonly isStrict: boolean;
  /**
   * @param place - Where it stands, for errors.
   * @returns What is written in its place.
   */
  add(array: Sendable, place: string): string;
}

/** The arrays of one message that is being written. */
export class OutgoingArrays implements ArrayWriter {
  private readonly parts: { readonly bytes: Uint8Array; readonly offset: number }[] = [];
  private end = 0;
  /** The first array: where it stands, and its class. */
  first: { readonly place: string; readonly name: string } | undefined;

  /** @param isStrict - Whether everything is looked at: of a message with arrays nothing may look like a reference. */
  private constructor(readonly isStrict: boolean) {}

  /**
   * Writes a message. What holds an array is written twice: that it does is known when it is written.
   *
   * @param write - Adds the arrays that it meets.
   */
  static writing<T>(write: (arrays: OutgoingArrays) => T): readonly [text: T, arrays: OutgoingArrays] {
    const arrays = new OutgoingArrays(false);
    const text = write(arrays);
    if (arrays.isEmpty) return [text, arrays];
    const strict = new OutgoingArrays(true);
    return [write(strict), strict];
  }

  get isEmpty(): boolean {
    return this.parts.length === 0;
  }

  /** Of the frame. */
  get bytes(): number {
    return this.end;
  }

  /**
   * @param place - Where it stands, for errors.
   * @returns The text of the reference to it.
   */
  add(array: Sendable, place: string): string {
    const data = isNdArray(array) ? array.data : array;
    const bytes = bytesOfArray(data);
    const offset = Math.ceil(this.end / ALIGNMENT) * ALIGNMENT;
    this.parts.push({ bytes, offset });
    this.end = offset + bytes.length;
    this.first ??= { place, name: nameOf(array) };
    return JSON.stringify({ nd: { ...layoutOf(array), ...(offset > 0 && { offset }) } });
  }

  /** The frame, which is a copy: the arrays may change afterwards. Nothing where there is no array. */
  frame(): Uint8Array | undefined {
    if (this.isEmpty) return undefined;
    const frame = new Uint8Array(this.end);
    for (const { bytes, offset } of this.parts) frame.set(bytes, offset);
    return frame;
  }

  /** As {@link frame}, but without a copy where there is one array alone: it must not change afterwards. */
  sharedFrame(): Uint8Array | undefined {
    const [only, ...others] = this.parts;
    return only !== undefined && others.length === 0 ? only.bytes : this.frame();
  }
}

function nameOf(array: Sendable): string {
  return isNodeBuffer(array) ? "Buffer" : Object.prototype.toString.call(array).slice("[object ".length, -1);
}

/** Of one dimension a typed array is meant where no kind says otherwise. */
function layoutOf(array: Sendable): Readonly<Record<string, unknown>> {
  if (isNdArray(array)) {
    const { shape, dtype } = array;
    return { shape, dtype, ...(shape.length === 1 && { kind: "nd" satisfies ReferenceKind }) };
  }
  const elements = elementKindOf(array);
  const kind = isNodeBuffer(array) ? "bytes" : elements?.name === "Uint8ClampedArray" ? "clamped" : undefined;
  return {
    shape: [array.length],
    dtype: elements === undefined ? "" : dtypeOf(elements),
    ...(kind !== undefined && { kind }),
  };
}
