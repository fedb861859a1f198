import { ValidationError } from "../../errors";
import {
  INT_TAG_OFFSET,
  LARGEST_IN_TAG,
  MAX_DEPTH,
  MAX_INTEGER_DIGITS,
  SMALLEST_IN_TAG,
  Tag,
} from "./format";
import { ELLIPSIS, NOT_IMPLEMENTED, PyComplex, PyFloat, PySlice, type BrineValue } from "./values";

/** Enough for most messages; it grows. */
const INITIAL_BYTES = 128;

const INTEGER_LIMIT = 10n ** BigInt(MAX_INTEGER_DIGITS);

/**
 * Writes a value as brine (RPyC brine), byte for byte as Python's rpyc does.
 *
 * @throws ValidationError if the value is none of {@link BrineValue}, is nested more than 100 deep (also by a
 *   cycle), holds an integer of more than 4,300 digits or a string with half a surrogate pair.
 */
export function encodeBrine(value: BrineValue): Buffer {
  const encoder = new BrineEncoder();
  encoder.value(value, 0);
  return encoder.bytes();
}

class BrineEncoder {
  private buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  private length = 0;

  bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  value(value: BrineValue, depth: number): void {
    if (depth > MAX_DEPTH) throw new ValidationError(`brine: values are nested more than ${MAX_DEPTH} deep`);
    switch (typeof value) {
      case "string":
        this.text(value);
        break;
      case "number":
        if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.integer(value);
        else this.float(value);
        break;
      case "bigint":
        this.integer(value);
        break;
      case "boolean":
        this.byte(value ? Tag.true : Tag.false);
        break;
      case "symbol":
        this.singleton(value);
        break;
      case "object":
        this.object(value, depth);
        break;
      default:
        refuse(value);
    }
  }

  private object(value: BrineValue & (object | null), depth: number): void {
    if (value === null) {
      this.byte(Tag.none);
    } else if (Array.isArray(value)) {
      this.tuple(value, depth);
    } else if (value instanceof Uint8Array) {
      this.byteString(value);
    } else if (value instanceof PyFloat) {
      this.float(value.value);
    } else if (value instanceof PyComplex) {
      this.byte(Tag.complex);
      this.double(value.real);
      this.double(value.imag);
    } else if (value instanceof PySlice) {
      this.byte(Tag.slice);
      this.tuple([value.start, value.stop, value.step], depth);
    } else if (value instanceof Set) {
      this.byte(Tag.frozenset);
      this.tuple([...value], depth);
    } else {
      refuse(value);
    }
  }

  private singleton(value: symbol): void {
    if (value === ELLIPSIS) this.byte(Tag.ellipsis);
    else if (value === NOT_IMPLEMENTED) this.byte(Tag.notImplemented);
    else refuse(value);
  }

  private tuple(items: readonly BrineValue[], depth: number): void {
    if (items.length === 0) this.byte(Tag.emptyTuple);
    else if (items.length <= 4) this.byte(Tag.tuple1 - 1 + items.length);
    else this.sized(Tag.tupleLength1, Tag.tupleLength4, items.length);
    for (const item of items) this.value(item, depth + 1);
  }

  private text(text: string): void {
    if (/\p{Surrogate}/u.test(text)) throw new ValidationError("brine: a string holds half a surrogate pair");
    const size = Buffer.byteLength(text);
    this.byte(Tag.str);
    this.byteStringHead(size);
    this.reserve(size);
    this.length += this.buffer.write(text, this.length);
  }

  private byteString(bytes: Uint8Array): void {
    this.byteStringHead(bytes.length);
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  private byteStringHead(size: number): void {
    if (size === 0) this.byte(Tag.emptyBytes);
    else if (size <= 4) this.byte(Tag.bytes1 - 1 + size);
    else this.sized(Tag.bytesLength1, Tag.bytesLength4, size);
  }

  private integer(value: number | bigint): void {
    if (value >= SMALLEST_IN_TAG && value <= LARGEST_IN_TAG) {
      this.byte(Number(value) + INT_TAG_OFFSET);
      return;
    }
    if (typeof value === "bigint" && (value >= INTEGER_LIMIT || value <= -INTEGER_LIMIT)) {
      throw new ValidationError(`brine: an integer has more than ${MAX_INTEGER_DIGITS} digits`);
    }
    const digits = value.toString();
    this.sized(Tag.intLength1, Tag.intLength4, digits.length);
    this.reserve(digits.length);
    this.length += this.buffer.write(digits, this.length, "latin1");
  }

  private float(value: number): void {
    this.byte(Tag.float);
    this.double(value);
  }

  private double(value: number): void {
    this.reserve(8);
    this.length = this.buffer.writeDoubleBE(value, this.length);
  }

  /** A tag, and a length in the one or the four bytes that follow this tag. */
  private sized(shortTag: number, longTag: number, size: number): void {
    this.reserve(5);
    if (size < 256) {
      this.length = this.buffer.writeUInt8(shortTag, this.length);
      this.length = this.buffer.writeUInt8(size, this.length);
    } else {
      this.length = this.buffer.writeUInt8(longTag, this.length);
      this.length = this.buffer.writeUInt32BE(size, this.length);
    }
  }

  private byte(byte: number): void {
    this.reserve(1);
    this.buffer[this.length++] = byte;
  }

  private reserve(size: number): void {
    const needed = this.length + size;
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.buffer.length));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}

function refuse(value: unknown): never {
  throw new ValidationError(`brine: cannot carry ${Object.prototype.toString.call(value)}`);
}
