import { MalformedMessageError } from "../errors";
import { withArrays } from "./incoming-arrays";
import { encodeJson } from "./json";
import { OutgoingArrays } from "./outgoing-arrays";
import { type Reply, type ReplyFrames } from "./replies";

/*
 * The reply to STREAM_NEXT: `{"success":true,"seq":5,"items":[…],"bytes":312}`, with `"end":true` where nothing follows.
 * Arrays of an item lie in a frame of the item's own; these frames, each at a multiple of 8 bytes, make the frame behind
 * the reply, and `sizes` has the bytes of each, null for an item without arrays.
 */

const ALIGNMENT = 8;

/** What an item takes besides its text and its arrays where it waits, in bytes. */
const ITEM_BYTES = 32;

/** An item as it is sent: a copy, so that what was emitted may change. */
export interface EncodedItem {
  readonly text: string;
  /** Its arrays; nothing where it has none. */
  readonly data: Uint8Array | undefined;
  /** What it counts for, of a buffer and of a reader's credit. */
  readonly bytes: number;
}

/**
 * @throws EncodingError if the value cannot be sent, with the path to it.
 */
export function encodeItem(value: unknown): EncodedItem {
  const [text, arrays] = OutgoingArrays.writing((writing) => encodeJson(value, "item", writing));
  const data = arrays.frame();
  return { text, data, bytes: ITEM_BYTES + text.length + (data?.length ?? 0) };
}

/**
 * @param seq - The number of the first item, counted from 1 with those that were left out.
 * @param isEnd - Whether nothing follows.
 */
export function itemsReply(seq: number, items: readonly EncodedItem[], isEnd: boolean): ReplyFrames {
  const end = isEnd ? ',"end":true' : "";
  const bytes = items.reduce((sum, item) => sum + item.bytes, 0);
  const texts = items.map(({ text }) => text).join(",");
  const body = `{"success":true,"seq":${seq},"items":[${texts}],"bytes":${bytes}`;
  const data = framed(items);
  if (data === undefined) return [`${body}${end}}`];
  const sizes = items.map((item) => item.data?.length ?? "null");
  return [`${body},"sizes":[${sizes.join(",")}]${end}}`, data];
}

function framed(items: readonly EncodedItem[]): Uint8Array | undefined {
  const parts = items.flatMap(({ data }) => data ?? []);
  const [only, ...others] = parts;
  if (only === undefined || others.length === 0) return only;
  const last = parts.at(-1)?.length ?? 0;
  const frame = new Uint8Array(parts.slice(0, -1).reduce((sum, { length }) => sum + aligned(length), last));
  let offset = 0;
  for (const part of parts) {
    frame.set(part, offset);
    offset += aligned(part.length);
  }
  return frame;
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** What a reader gets when it asks. */
export interface StreamItems {
  /** The number of the first, counted from 1 with those that were left out. */
  readonly seq: number;
  readonly items: readonly unknown[];
  /** What they count for, of the reader's credit. */
  readonly bytes: number;
  /** Nothing follows. */
  readonly isEnd: boolean;
}

/**
 * @throws MalformedMessageError for what is no such reply.
 */
export function decodeItems(reply: Exclude<Reply, { kind: "failure" }>): StreamItems {
  const body = reply.kind === "buffer" ? reply.info : reply.body;
  const { seq = 1, items, bytes = 0, sizes, end } = body;
  if (!Array.isArray(items) || !isCount(seq) || !isCount(bytes)) {
    throw new MalformedMessageError("what the device sent as items of a stream is none");
  }
  const values =
    reply.kind === "buffer" ? itemsWithArrays(items, sizes, reply.data) : (items as readonly unknown[]);
  return { seq, items: values, bytes, isEnd: end === true };
}

function itemsWithArrays(items: readonly unknown[], sizes: unknown, data: Uint8Array): readonly unknown[] {
  if (!Array.isArray(sizes) || sizes.length !== items.length || !sizes.every(isSize)) {
    throw new MalformedMessageError("the items of a stream have arrays, and their sizes are not told");
  }
  let begin = 0;
  let end = 0;
  const values = items.map((item, index) => {
    const size = sizes[index];
    // Without a frame of its own nothing in it is a reference.
    if (size === null || size === undefined) return item;
    end = begin + size;
    if (end > data.length) throw new MalformedMessageError(OTHER_SIZE);
    const value = withArrays(item, data.subarray(begin, end));
    begin = aligned(end);
    return value;
  });
  if (end !== data.length) throw new MalformedMessageError(OTHER_SIZE);
  return values;
}

const OTHER_SIZE = "the arrays of a stream have another size than was told";

function isSize(value: unknown): value is number | null {
  return value === null || isCount(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
