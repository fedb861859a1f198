import { isUtf8 } from "node:buffer";
import { MalformedMessageError } from "../../errors";
import { FIRST_INT_TAG, INT_TAG_OFFSET, LAST_INT_TAG, MAX_DEPTH, MAX_INTEGER_DIGITS, Tag } from "./format";
import { ELLIPSIS, NOT_IMPLEMENTED, PyComplex, PyFloat, PySlice, type BrineValue } from "./values";

/** Digits that always make a safe integer. */
const SAFE_DIGITS = 15;

/**
 * Reads one value of brine (RPyC brine) that fills `bytes` from end to end.
 *
 * Safe for any bytes: the time and memory taken are proportional to their number. What is returned shares no
 * memory with them.
 *
 * @throws MalformedMessageError if the bytes are cut short, go on after the value, hold an unknown tag, invalid
 *   UTF-8 or digits, values nested more than 100 deep, or an integer of more than 4,300 digits.
 */
export function decodeBrine(bytes: Uint8Array): BrineValue {
  const decoder = new BrineDecoder(bytes);
  const value = decoder.value(0);
  decoder.expectEnd();
  return value;
}

class BrineDecoder {
  private readonly buffer: Buffer;
  private position = 0;

  constructor(bytes: Uint8Array) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  expectEnd(): void {
    const left = this.buffer.length - this.position;
    if (left > 0) throw malformed(`${left} more bytes follow the value`);
  }

  value(depth: number): BrineValue {
    if (depth > MAX_DEPTH) throw malformed(`values are nested more than ${MAX_DEPTH} deep`);
    const tag = this.byte();
    if (tag >= FIRST_INT_TAG && tag <= LAST_INT_TAG) return tag - INT_TAG_OFFSET;
    switch (tag) {
      case Tag.none:
        return null;
      case Tag.true:
        return true;
      case Tag.false:
        return false;
      case Tag.notImplemented:
        return NOT_IMPLEMENTED;
      case Tag.ellipsis:
        return ELLIPSIS;
      case Tag.str:
        return this.text();
      case Tag.intLength1:
        return this.integer(this.byte());
      case Tag.intLength4:
        return this.integer(this.uint32());
      case Tag.float:
        return new PyFloat(this.double());
      case Tag.complex:
        return new PyComplex(this.double(), this.double());
      case Tag.slice:
        return this.slice(depth);
      case Tag.frozenset:
        return new Set(this.tuple("a frozenset", depth));
      default:
        return this.tupleOrBytes(tag, depth);
    }
  }

  private tupleOrBytes(tag: number, depth: number): BrineValue {
    const items = this.tupleSize(tag);
    if (items !== undefined) return this.items(items, depth);
    const size = this.byteStringSize(tag);
    if (size !== undefined) return Uint8Array.from(this.take(size));
    throw malformed(`the tag 0x${tag.toString(16).padStart(2, "0")} is unknown`);
  }

  private slice(depth: number): PySlice {
    const [start, stop, step, ...more] = this.tuple("a slice", depth);
    if (start === undefined || stop === undefined || step === undefined || more.length > 0) {
      throw malformed("a slice has not exactly start, stop and step");
    }
    return new PySlice(start, stop, step);
  }

  private tuple(owner: string, depth: number): BrineValue[] {
    const size = this.tupleSize(this.byte());
    if (size === undefined) throw malformed(`${owner} is not followed by a tuple`);
    return this.items(size, depth);
  }

  private items(count: number, depth: number): BrineValue[] {
    // Each takes a byte at least: a length beyond the input ends here, not after as many steps.
    if (count > this.buffer.length - this.position) throw cutShort();
    const items: BrineValue[] = [];
    for (let index = 0; index < count; index++) items.push(this.value(depth + 1));
    return items;
  }

  private tupleSize(tag: number): number | undefined {
    switch (tag) {
      case Tag.emptyTuple:
        return 0;
      case Tag.tuple1:
      case Tag.tuple2:
      case Tag.tuple3:
      case Tag.tuple4:
        return tag - Tag.tuple1 + 1;
      case Tag.tupleLength1:
        return this.byte();
      case Tag.tupleLength4:
        return this.uint32();
      default:
        return undefined;
    }
  }

  private byteStringSize(tag: number): number | undefined {
    switch (tag) {
      case Tag.emptyBytes:
        return 0;
      case Tag.bytes1:
      case Tag.bytes2:
      case Tag.bytes3:
      case Tag.bytes4:
        return tag - Tag.bytes1 + 1;
      case Tag.bytesLength1:
        return this.byte();
      case Tag.bytesLength4:
        return this.uint32();
      default:
        return undefined;
    }
  }

  private text(): string {
    const size = this.byteStringSize(this.byte());
    if (size === undefined) throw malformed("a str is not followed by its bytes");
    const bytes = this.take(size);
    if (!isUtf8(bytes)) throw malformed("a str is not UTF-8");
    return bytes.toString("utf8");
  }

  private integer(size: number): number | bigint {
    const digits = this.take(size);
    const negative = digits[0] === 0x2d;
    const first = negative ? 1 : 0;
    if (size - first > MAX_INTEGER_DIGITS) {
      throw malformed(`an integer has more than ${MAX_INTEGER_DIGITS} digits`);
    }
    if (size === first) throw malformed("an integer has no digits");
    let small = 0;
    for (let index = first; index < size; index++) {
      const digit = digits.readUInt8(index) - 0x30;
      if (digit < 0 || digit > 9) throw malformed("an integer holds something else than digits");
      small = small * 10 + digit;
    }
    // `0 - 0` is 0, where `-0` would be a float's.
    if (size - first <= SAFE_DIGITS) return negative ? 0 - small : small;
    const large = BigInt(digits.toString("latin1"));
    return large >= Number.MIN_SAFE_INTEGER && large <= Number.MAX_SAFE_INTEGER ? Number(large) : large;
  }

  private double(): number {
    return this.take(8).readDoubleBE(0);
  }

  private uint32(): number {
    return this.take(4).readUInt32BE(0);
  }

  private byte(): number {
    const byte = this.buffer[this.position];
    if (byte === undefined) throw cutShort();
    this.position++;
    return byte;
  }

  private take(size: number): Buffer {
    const end = this.position + size;
    if (end > this.buffer.length) throw cutShort();
    const bytes = this.buffer.subarray(this.position, end);
    this.position = end;
    return bytes;
  }
}

function cutShort(): MalformedMessageError {
  return malformed("the bytes end within the value");
}

function malformed(what: string): MalformedMessageError {
  return new MalformedMessageError(`brine: ${what}`);
}
