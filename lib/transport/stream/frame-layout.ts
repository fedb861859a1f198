/*
 * A frame is a head and what it announces: kind (1 byte), how many parts (1), id (6), the length of each part (4 each),
 * then the parts. Numbers are unsigned, the highest byte first. docs/wire-protocol.md, "The stream transport".
 */

/** What a frame is. */
export const KIND = {
  /** The first frame of each side, and nothing else. */
  hello: 1,
  /** A request, a batch or a notice; a reply, or a batch of replies. */
  message: 2,
  /** A reply whose bytes follow in pieces: smaller frames may come between them. */
  large: 3,
  /** A piece of the reply that was announced last. */
  piece: 4,
  subscribe: 5,
  unsubscribe: 6,
  signal: 7,
  ping: 8,
  pong: 9,
} as const;

export type Kind = (typeof KIND)[keyof typeof KIND];

/** How many parts a frame of each kind has. */
const PARTS: ReadonlyMap<number, readonly [least: number, most: number]> = new Map<
  number,
  readonly [number, number]
>([
  [KIND.hello, [1, 1]],
  [KIND.message, [1, 15]],
  [KIND.large, [1, 15]],
  [KIND.piece, [1, 1]],
  [KIND.subscribe, [1, 1]],
  [KIND.unsubscribe, [1, 1]],
  [KIND.signal, [2, 15]],
  [KIND.ping, [0, 0]],
  [KIND.pong, [0, 0]],
]);

export const MAX_PARTS = 15;
export const FIXED_HEAD_BYTES = 8;
export const LENGTH_BYTES = 4;
export const MAX_HEAD_BYTES = FIXED_HEAD_BYTES + LENGTH_BYTES * MAX_PARTS;

/** The longest part that a length has room for. */
export const MAX_PART_BYTES = 2 ** 32 - 1;

const HIGH = 2 ** 32;

/** Whether a frame of a kind may have so many parts; false for kinds that are not known. */
export function isPossible(kind: number, parts: number): boolean {
  const range = PARTS.get(kind);
  return range !== undefined && parts >= range[0] && parts <= range[1];
}

/** A number of 32 bits. */
export function readLength(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) * 0x100_0000 +
    (((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0))
  );
}

export function writeLength(bytes: Uint8Array, at: number, length: number): void {
  bytes[at] = length >>> 24;
  bytes[at + 1] = length >>> 16;
  bytes[at + 2] = length >>> 8;
  bytes[at + 3] = length;
}

/** A number of 48 bits: what counts up in them comes to no end while a connection lasts. */
export function readId(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)) * HIGH + readLength(bytes, at + 2);
}

export function writeId(bytes: Uint8Array, at: number, id: number): void {
  const high = Math.floor(id / HIGH);
  bytes[at] = high >>> 8;
  bytes[at + 1] = high;
  writeLength(bytes, at + 2, id % HIGH);
}
