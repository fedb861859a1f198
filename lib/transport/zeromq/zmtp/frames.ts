import { frameBytes, type Frame } from "../../../wire/frame";

/** What the first byte of a frame says of it, and how long its header is (ZMTP 3, ZeroMQ RFC 23). */
export const MORE = 1;
export const LONG = 2;
export const COMMAND = 4;
export const SHORT_HEADER_BYTES = 2;
export const LONG_HEADER_BYTES = 9;
const MAX_SHORT_BYTES = 255;

/** Frames up to this size are copied together into one piece; larger ones are sent as they are. */
const MAX_COPIED_BYTES = 16 * 1024;

/** A message as pieces for a stream: small frames together, large ones without a copy. */
export function encodeMessage(frames: readonly Frame[]): Uint8Array[] {
  const sizes = frames.map(frameBytes);
  const pieces: Uint8Array[] = [];
  let piece = Buffer.allocUnsafe(copiedBytes(frames, sizes));
  let end = 0;
  for (const [index, frame] of frames.entries()) {
    const bytes = sizes[index] ?? 0;
    end = writeHeader(piece, end, index < frames.length - 1 ? MORE : 0, bytes);
    if (typeof frame === "string") {
      end += piece.write(frame, end);
    } else if (bytes <= MAX_COPIED_BYTES) {
      piece.set(frame, end);
      end += bytes;
    } else {
      pieces.push(piece.subarray(0, end), frame);
      piece = piece.subarray(end);
      end = 0;
    }
  }
  if (end > 0) pieces.push(piece.subarray(0, end));
  return pieces;
}

/** A message in one piece. */
export function encodeWhole(...frames: readonly Frame[]): Uint8Array {
  const pieces = encodeMessage(frames);
  const [only] = pieces;
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
}

/** Where the body of an encoded frame begins. */
export function bodyStart(frame: Uint8Array): number {
  return ((frame[0] ?? 0) & LONG) === 0 ? SHORT_HEADER_BYTES : LONG_HEADER_BYTES;
}

export function encodeCommandFrame(command: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(LONG_HEADER_BYTES + command.length);
  const end = writeHeader(frame, 0, COMMAND, command.length);
  return frame.subarray(0, end + command.copy(frame, end));
}

/** With the headers of all; texts are always copied, since they have to be encoded. */
function copiedBytes(frames: readonly Frame[], sizes: readonly number[]): number {
  return sizes.reduce((sum, bytes, index) => {
    const isCopied = typeof frames[index] === "string" || bytes <= MAX_COPIED_BYTES;
    return sum + LONG_HEADER_BYTES + (isCopied ? bytes : 0);
  }, 0);
}

function writeHeader(target: Buffer, at: number, flags: number, bytes: number): number {
  if (bytes <= MAX_SHORT_BYTES) {
    target[at] = flags;
    target[at + 1] = bytes;
    return at + SHORT_HEADER_BYTES;
  }
  target[at] = flags | LONG;
  target.writeBigUInt64BE(BigInt(bytes), at + 1);
  return at + LONG_HEADER_BYTES;
}
