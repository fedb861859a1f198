import { MalformedMessageError } from "../../errors";
import { FIRST_INT_TAG, LAST_INT_TAG, Tag } from "./format";

/** What follows a tag: bytes to skip, values to come, or a length that counts either. */
type Step =
  | { readonly skip: number }
  | { readonly values: number }
  | { readonly lengthBytes: 1 | 4; readonly counts: "bytes" | "values" };

/**
 * Finds the end of one value in a stream of brine, whose messages tell no length of their own
 * (RPyC brine). Each byte is looked at once, in whatever pieces it comes.
 */
export class BrineScanner {
  private valuesToCome = 1;
  private bytesToSkip = 0;
  private length: { bytesToCome: number; value: number; readonly counts: "bytes" | "values" } | undefined;

  /** Whether the value has come to its end. */
  get complete(): boolean {
    return this.valuesToCome === 0 && this.bytesToSkip === 0 && this.length === undefined;
  }

  /**
   * Takes the next piece of the stream; what follows the value's end is not looked at.
   *
   * @throws MalformedMessageError at an unknown tag.
   */
  push(piece: Uint8Array): void {
    let position = 0;
    while (position < piece.length && !this.complete) {
      if (this.bytesToSkip > 0) {
        const skipped = Math.min(this.bytesToSkip, piece.length - position);
        this.bytesToSkip -= skipped;
        position += skipped;
      } else {
        this.take(piece[position++] ?? 0);
      }
    }
  }

  private take(byte: number): void {
    if (this.length === undefined) {
      this.takeTag(byte);
      return;
    }
    this.length.value = this.length.value * 256 + byte;
    if (--this.length.bytesToCome > 0) return;
    if (this.length.counts === "bytes") this.bytesToSkip = this.length.value;
    else this.valuesToCome += this.length.value;
    this.length = undefined;
  }

  private takeTag(tag: number): void {
    const step = stepAfter(tag);
    this.valuesToCome--;
    if ("skip" in step) this.bytesToSkip = step.skip;
    else if ("values" in step) this.valuesToCome += step.values;
    else this.length = { bytesToCome: step.lengthBytes, value: 0, counts: step.counts };
  }
}

function stepAfter(tag: number): Step {
  if (tag >= FIRST_INT_TAG && tag <= LAST_INT_TAG) return { skip: 0 };
  switch (tag) {
    case Tag.none:
    case Tag.emptyBytes:
    case Tag.emptyTuple:
    case Tag.true:
    case Tag.false:
    case Tag.notImplemented:
    case Tag.ellipsis:
      return { skip: 0 };
    case Tag.str:
    case Tag.slice:
    case Tag.frozenset:
      return { values: 1 };
    case Tag.bytes1:
    case Tag.bytes2:
    case Tag.bytes3:
    case Tag.bytes4:
      return { skip: tag - Tag.bytes1 + 1 };
    case Tag.tuple1:
    case Tag.tuple2:
    case Tag.tuple3:
    case Tag.tuple4:
      return { values: tag - Tag.tuple1 + 1 };
    case Tag.bytesLength1:
    case Tag.intLength1:
      return { lengthBytes: 1, counts: "bytes" };
    case Tag.bytesLength4:
    case Tag.intLength4:
      return { lengthBytes: 4, counts: "bytes" };
    case Tag.tupleLength1:
      return { lengthBytes: 1, counts: "values" };
    case Tag.tupleLength4:
      return { lengthBytes: 4, counts: "values" };
    case Tag.float:
      return { skip: 8 };
    case Tag.complex:
      return { skip: 16 };
    default:
      throw new MalformedMessageError(`brine: the tag 0x${tag.toString(16).padStart(2, "0")} is unknown`);
  }
}
