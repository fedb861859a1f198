import { platform } from "../platform/current";

/** One part of a message; text is sent as UTF-8. */
export type Frame = string | Uint8Array;

/** A UTF-16 unit of a text takes at most this many bytes. */
const MAX_BYTES_PER_UNIT = 3;

/** Whether a frame has more than so many bytes; most texts need not be counted for it. */
export function isLarger(frame: Frame, bytes: number): boolean {
  return frame.length * MAX_BYTES_PER_UNIT > bytes && frameBytes(frame) > bytes;
}

export function frameBytes(frame: Frame): number {
  return typeof frame === "string" ? platform().byteLength(frame) : frame.byteLength;
}
