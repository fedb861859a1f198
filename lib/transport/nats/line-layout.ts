import { readId, writeId } from "../stream/frame-layout";

/*
 * A message of a line is its kind (1 byte) and a number (6, the highest byte first), then what it carries.
 */

export const LINE = {
  /** Bytes of the stream; the number counts these messages from 0. */
  data: 1,
  /** The number is how many bytes of the stream were taken since its beginning. */
  taken: 2,
  /** The line ends; the reason follows as text. */
  end: 3,
} as const;

export type LineKind = (typeof LINE)[keyof typeof LINE];

export const LINE_HEAD_BYTES = 7;

export interface LineMessage {
  readonly kind: number;
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** @returns Nothing for what is too short. */
export function readLineMessage(data: Uint8Array): LineMessage | undefined {
  if (data.length < LINE_HEAD_BYTES) return undefined;
  return { kind: data[0] ?? 0, number: readId(data, 1), bytes: data.subarray(LINE_HEAD_BYTES) };
}

/** One message of several pieces of bytes, which are copied. */
export function writeLineMessage(kind: LineKind, number: number, pieces: readonly Uint8Array[]): Uint8Array {
  const message = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, LINE_HEAD_BYTES));
  message[0] = kind;
  writeId(message, 1, number);
  let at = LINE_HEAD_BYTES;
  for (const piece of pieces) {
    message.set(piece, at);
    at += piece.length;
  }
  return message;
}
