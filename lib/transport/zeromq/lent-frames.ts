import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isLarger, type Frame } from "../../wire/frame";

/** Texts up to this size are not counted: their number is bounded. */
const UNCOUNTED_BYTES = 4 * 1024;

/** What ZeroMQ may hold of one publisher, in bytes. */
const MAX_LENT_BYTES = 256 * 1024 * 1024;

/** From so many on the engine is asked to collect, this often, in milliseconds. */
const MANY_BYTES = MAX_LENT_BYTES / 2;
const COLLECT_EVERY_MS = 1_000;

/**
 * Counts the bytes that ZeroMQ holds. It sends large frames without a copy, keeps each as long as one subscriber has not
 * taken it, and does not tell when it lets go: that shows when the engine collects the frame. So the count is never too
 * low; where it becomes high, the engine is asked to collect.
 */
export class LentFrames {
  private bytes = 0;
  private readonly returned = new FinalizationRegistry<number>((bytes) => (this.bytes -= bytes));
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param frames - Of one message.
   * @returns What to send in their place; nothing where ZeroMQ holds too much already.
   */
  lend(frames: readonly Frame[]): Frame[] | undefined {
    const lent = frames.map(ownBytes);
    const counted = lent.filter((frame) => typeof frame !== "string");
    const bytes = counted.reduce((sum, { length }) => sum + length, 0);
    if (bytes === 0) return lent;
    const sum = this.bytes + bytes;
    if (sum > MANY_BYTES && this.timer === undefined) this.collect(0);
    if (sum > MAX_LENT_BYTES) return undefined;
    this.bytes = sum;
    for (const frame of counted) this.returned.register(frame, frame.length);
    return lent;
  }

  /** Nothing is lent any more. Idempotent. */
  close(): void {
    clearTimeout(this.timer);
  }

  /** In a turn of its own: what ZeroMQ has let go is given back between turns. */
  private collect(afterMs: number): void {
    this.timer = setTimeout(() => {
      collectGarbage();
      if (this.bytes > MANY_BYTES) this.collect(COLLECT_EVERY_MS);
      else this.timer = undefined;
    }, afterMs).unref();
  }
}

/** Bytes of its own for what is counted, so that nobody else keeps them alive. */
function ownBytes(frame: Frame): Frame {
  if (typeof frame !== "string") return Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  return isLarger(frame, UNCOUNTED_BYTES) ? Buffer.from(frame) : frame;
}

let collector: (() => void) | undefined;

function collectGarbage(): void {
  if (collector === undefined) {
    setFlagsFromString("--expose-gc");
    collector = runInNewContext("gc") as () => void;
  }
  collector();
}
