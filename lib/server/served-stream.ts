import { convertValue } from "../contract/convert-value";
import { type StreamContract } from "../contract/service-contract";
import { toWire } from "../contract/to-wire";
import { platform } from "../platform/current";
import { deferred } from "../time/deferred";
import { failed, type Failure } from "../wire/failures";
import { frameBytes } from "../wire/frame";
import { failureReply, type ReplyFrames } from "../wire/replies";
import { type StreamMode } from "../wire/requests";
import { encodeItem, type EncodedItem, itemsReply } from "../wire/streams";
import { type MemberAccount } from "./member-account";

/** The most that goes in one reply, in bytes: a small reply does not wait for long behind it. */
const MAX_REPLY_BYTES = 1024 * 1024;

/** The most text in one reply, in bytes: what is larger takes a turn of its own to be read. */
const MAX_REPLY_TEXT = 60 * 1024;

/** What a reader that asks has room for. */
export interface ItemsWish {
  /** Of items, in bytes; a single one may be larger. */
  readonly maxBytes: number;
  reply(frames: ReplyFrames): void;
}

/** What waits of all streams of a device, in bytes. */
export interface StreamRoom {
  bytes: number;
  readonly maxBytes: number;
}

/** How a stream ended. */
export type StreamEnd =
  | { readonly kind: "complete" }
  | { readonly kind: "failed"; readonly failure: Failure }
  /** Its caller gave it up, is gone, or was interrupted. */
  | { readonly kind: "given up" };

/** The items of one stream between its source and its reader, who asks for them. */
export class ServedStream {
  private readonly ending = deferred<StreamEnd>();
  /** Resolves when its reader knows that it has ended, or it was given up. */
  readonly ended = this.ending.promise;
  isOver = false;
  /** What it was given up with: for a reader that asks before it knows. */
  private givenUp: Failure | undefined;
  /** Called when a reader asks and nothing is there. */
  onWanted: (() => void) | undefined;
  /** Called when nothing more is taken of the source, before the reader knows. */
  onFull: (() => void) | undefined;
  private waiting: EncodedItem[] = [];
  private bytes = 0;
  private textLength = 0;
  private wish: ItemsWish | undefined;
  private isFlushing = false;
  /** How many items there were. */
  private count = 0;
  /** The source has ended. */
  private sourceEnd: Exclude<StreamEnd, { kind: "given up" }> | undefined;

  constructor(
    private readonly contract: StreamContract,
    private readonly mode: StreamMode,
    private readonly method: string,
    private readonly room: StreamRoom,
    private readonly account: MemberAccount,
  ) {}

  /** Whether the reader has room for more than what waits for it. */
  get isWanted(): boolean {
    return !this.isOver && this.sourceEnd === undefined && this.wish !== undefined && !this.isFull(this.wish);
  }

  /**
   * The source has an item, which is copied.
   *
   * @throws ValidationError if it is not of the declared type; EncodingError if it cannot be sent.
   */
  push(value: unknown): void {
    if (this.isOver || this.sourceEnd !== undefined) return;
    const { items: type } = this.contract;
    const item = encodeItem(toWire(type, convertValue(type, value, "item", [])));
    if (this.mode === "latest") this.clear();
    else if (this.waiting.length > 0 && this.hasNoRoomFor(item)) {
      this.overflow();
      return;
    }
    this.count += 1;
    this.waiting.push(item);
    this.add(item.bytes, item.text.length);
    if (this.wish !== undefined) this.flushSoon(this.wish);
  }

  /** The source has no more to tell. */
  complete(): void {
    this.endSource({ kind: "complete" });
  }

  /** The source failed: what came before reaches the reader first. */
  fail(failure: Failure): void {
    this.endSource({ kind: "failed", failure });
  }

  /** Nobody wants it any more. @param failure - What the reader gets if it waits. */
  giveUp(failure: Failure): void {
    if (this.isOver) return;
    this.givenUp = failure;
    this.takeWish()?.reply(failureReply(failure));
    this.finish({ kind: "given up" });
  }

  ask(wish: ItemsWish): void {
    if (this.isOver) {
      wish.reply(failureReply(this.givenUp ?? failed(`${this.method}: the stream has ended`)));
      return;
    }
    if (this.wish !== undefined) {
      wish.reply(
        failureReply(failed(`${this.method}: the items that were asked for before have not come yet`)),
      );
      return;
    }
    this.wish = wish;
    if (this.waiting.length > 0 || this.sourceEnd !== undefined) this.flush();
    else this.onWanted?.();
  }

  private endSource(end: Exclude<StreamEnd, { kind: "given up" }>): void {
    if (this.isOver || this.sourceEnd !== undefined) return;
    this.sourceEnd = end;
    this.flush();
  }

  private overflow(): void {
    const { bufferBytes } = this.contract;
    const [limit, option] =
      this.room.bytes + bufferBytes > this.room.maxBytes + this.bytes
        ? [this.room.maxBytes, "maxStreamBytes of serve()"]
        : [bufferBytes, "bufferBytes of @StreamMethod"];
    this.fail(
      failed(
        `${this.method}: its reader is too slow: more than ${limit} bytes wait at the device. Read with .latest() to ` +
          `skip what is old, or raise ${option}`,
      ),
    );
    this.onFull?.();
  }

  /** What comes in the same turn goes in one reply. */
  private flushSoon(wish: ItemsWish): void {
    if (this.isFull(wish)) {
      this.flush();
      return;
    }
    if (this.isFlushing) return;
    this.isFlushing = true;
    platform().nextTurn(() => {
      this.isFlushing = false;
      this.flush();
    });
  }

  private flush(): void {
    if (this.isOver || this.wish === undefined) return;
    if (this.waiting.length === 0 && this.sourceEnd === undefined) return;
    const wish = this.wish;
    this.wish = undefined;
    if (this.waiting.length === 0 && this.sourceEnd?.kind === "failed") {
      wish.reply(failureReply(this.sourceEnd.failure));
      this.finish(this.sourceEnd);
      return;
    }
    const first = this.count - this.waiting.length + 1;
    const items = this.take(wish);
    const isEnd = this.waiting.length === 0 && this.sourceEnd?.kind === "complete";
    const reply = itemsReply(first, items, isEnd);
    wish.reply(reply);
    this.account.sentItems(items.length);
    for (const frame of reply) this.account.sent(frameBytes(frame));
    if (isEnd) this.finish({ kind: "complete" });
  }

  private take({ maxBytes }: ItemsWish): readonly EncodedItem[] {
    let taken = 0;
    let bytes = 0;
    let text = 0;
    for (const item of this.waiting) {
      bytes += item.bytes;
      text += item.text.length;
      const isTooMuch = bytes > Math.min(maxBytes, MAX_REPLY_BYTES) || text > MAX_REPLY_TEXT;
      if (taken > 0 && isTooMuch) break;
      taken += 1;
    }
    const items = this.waiting.splice(0, taken);
    for (const item of items) this.add(-item.bytes, -item.text.length);
    return items;
  }

  private isFull({ maxBytes }: ItemsWish): boolean {
    return this.bytes >= Math.min(maxBytes, MAX_REPLY_BYTES) || this.textLength >= MAX_REPLY_TEXT;
  }

  private takeWish(): ItemsWish | undefined {
    const { wish } = this;
    this.wish = undefined;
    return wish;
  }

  private clear(): void {
    this.waiting = [];
    this.add(-this.bytes, -this.textLength);
  }

  private add(bytes: number, textLength: number): void {
    this.bytes += bytes;
    this.room.bytes += bytes;
    this.textLength += textLength;
  }

  private hasNoRoomFor({ bytes }: EncodedItem): boolean {
    const { bytes: ofAll, maxBytes } = this.room;
    return this.bytes + bytes > this.contract.bufferBytes || ofAll + bytes > maxBytes;
  }

  private finish(end: StreamEnd): void {
    this.isOver = true;
    this.clear();
    this.ending.resolve(end);
  }
}
