import { type Timer } from "../platform/platform";
import { MAX_BATCH_LENGTH, PLENTY, withId } from "../wire/batch";
import { type Frame } from "../wire/frame";
import { deferred, type Deferred } from "../time/deferred";
import { withDeadline } from "../time/with-deadline";
import {
  ClientReplies,
  type ReplyMessage,
  type ReplyTarget,
  type WaitingReply,
  type WithProgress,
} from "./client-replies";
import { type Outbox } from "./sender";

/** How long a client that does not take its replies is left alone before it is tried again, in milliseconds. */
const FIRST_RETRY_MS = 1;
const LONGEST_RETRY_MS = 64;

/** Progress has so much of the room of a client that does not read; the rest is for replies. */
const PROGRESS_PART = 0.5;

export interface ReplyQueueOptions {
  /** Whether an error of the link means that it has no room for this client; any other, that the client is gone. */
  readonly isFull: (error: unknown) => boolean;
  /** What one client may leave unread, in bytes. */
  readonly maxUnreadBytes: number;
  /** Called when a client that was stalled is to be tried again. */
  readonly onRetry: () => void;
  /** Called when a client turns out to be gone. */
  readonly onGone: (client: string) => void;
  /** Called for each message that is dropped because its client is gone, or left too much unread. */
  readonly onDropped: (reason: string) => void;
}

/**
 * Replies that wait for the clients of one endpoint. Those to one client's batched requests leave as batches; clients take turns, so
 * that one with many replies does not hold up the others. What the transport has no room for, since a client does not
 * read, waits here and holds up nobody else; how much that can be is bounded for each client.
 */
export class ReplyQueue<Route> implements Outbox<WaitingReply<Route>, ReplyMessage<Route>> {
  private readonly clients = new Map<string, ClientReplies<Route>>();
  /** Those that have something to send and are not stalled. */
  private ready: ClientReplies<Route>[] = [];
  private readonly stalled = new Set<ClientReplies<Route>>();
  /** Replies that came since everything was last taken. */
  private added = 0;
  private retryMs = FIRST_RETRY_MS;
  private retryTimer: Timer | undefined;
  private draining: Deferred<void> | undefined;

  constructor(private readonly options: ReplyQueueOptions) {}

  get isEmpty(): boolean {
    return this.ready.length === 0;
  }

  get isPlenty(): boolean {
    return this.added >= PLENTY;
  }

  /** Whether a client has left so much unread that nothing more is done for it until it reads. */
  isOverfull(client: string): boolean {
    return (this.clients.get(client)?.bytes ?? 0) > this.options.maxUnreadBytes;
  }

  /** A reply to a request that came alone. */
  add(client: string, route: Route, frames: readonly Frame[]): void {
    this.addAlone(client, { kind: "reply", route }, frames);
  }

  /**
   * A reply to a request out of a batch.
   *
   * @param mayBatch - Whether it may leave in a batch with others; not where it passes a broker.
   */
  addBatched(client: string, route: Route, id: number, frames: readonly Frame[], mayBatch: boolean): void {
    const [body] = frames;
    if (mayBatch && frames.length === 1 && typeof body === "string" && body.length < MAX_BATCH_LENGTH) {
      const text = withId(body, id);
      this.roomFor(client, route, text.length)?.addText(text);
    } else {
      this.addAlone(client, { kind: "element", route, id }, frames);
    }
  }

  /**
   * What a request tells before its reply: takes the place of what it told before and still waits.
   *
   * @param target - Where the request's reply goes if it goes alone.
   */
  addProgress(client: string, target: ReplyTarget<Route>, request: WithProgress<Route>, frame: Frame): void {
    const { waiting } = request;
    if (waiting !== undefined) {
      replaceProgress(waiting, frame);
      return;
    }
    const { maxUnreadBytes } = this.options;
    if ((this.clients.get(client)?.bytes ?? 0) > maxUnreadBytes * PROGRESS_PART) return;
    const owner = this.roomFor(client, target.route, frame.length);
    if (owner === undefined) return;
    request.waiting = { owner, target, frames: [frame], bytes: frame.length, progressOf: request };
    owner.addProgress(request.waiting);
  }

  /** A message that tells whether a client is there; not where others wait for it, which tell as much. */
  addProbe(client: string, route: Route): void {
    if (!this.clients.has(client)) this.addAlone(client, { kind: "probe", route }, []);
  }

  takeAll(): readonly WaitingReply<Route>[] {
    this.added = 0;
    const { ready } = this;
    this.ready = [];
    for (const replies of ready) replies.isReady = false;
    return inTurns(ready.filter(({ isForgotten }) => !isForgotten).map((replies) => replies.take()));
  }

  pack(message: WaitingReply<Route>): ReplyMessage<Route> | undefined {
    const { owner } = message;
    if (owner.isForgotten) return undefined;
    if (owner.isStalled) {
      owner.addRefused(message);
      return undefined;
    }
    // On its way: the next has to be a message of its own.
    if (message.progressOf !== undefined) message.progressOf.waiting = undefined;
    return message;
  }

  taken({ owner, bytes }: WaitingReply<Route>): void {
    owner.bytes -= bytes;
    if (this.stalled.size > 0 && this.stalled.delete(owner)) this.retryMs = FIRST_RETRY_MS;
    if (owner.hasMore && !owner.isStalled) this.makeReady(owner);
    if (owner.bytes === 0) this.forget(owner);
  }

  refused(message: WaitingReply<Route>, error: unknown): void {
    const { owner } = message;
    if (!this.options.isFull(error)) {
      this.options.onDropped("the client is gone");
      this.forget(owner);
      this.options.onGone(owner.client);
      return;
    }
    keepRefused(message);
    owner.isStalled = true;
    this.stalled.add(owner);
    this.retryTimer ??= setTimeout(() => this.retry(), this.retryMs);
  }

  /** A client is gone: nothing is sent to it any more. */
  departed(client: string): void {
    const replies = this.clients.get(client);
    if (replies !== undefined) this.forget(replies);
  }

  /** A client whose link was full has room again. */
  hasRoom(client: string): void {
    const replies = this.clients.get(client);
    if (replies?.isStalled !== true) return;
    this.retryClient(replies);
    this.options.onRetry();
  }

  /** Resolves when nothing waits any more, or when the time is over, in milliseconds. Nothing is retried then. */
  async drained(withinMs: number): Promise<void> {
    if (this.clients.size > 0) {
      this.draining = deferred();
      await withDeadline(this.draining.promise, withinMs, () => undefined);
    }
    clearTimeout(this.retryTimer);
  }

  private addAlone(client: string, target: ReplyTarget<Route>, frames: readonly Frame[]): void {
    const bytes = sizeOf(frames);
    this.roomFor(client, target.route, bytes)?.addAlone(target, frames, bytes);
  }

  /** Where a reply waits; nowhere if its client has left too much unread. */
  private roomFor(client: string, route: Route, bytes: number): ClientReplies<Route> | undefined {
    const replies = this.clients.get(client) ?? this.welcome(client, route);
    if (replies.bytes > this.options.maxUnreadBytes) {
      this.options.onDropped("the client does not read its replies");
      return undefined;
    }
    replies.route = route;
    replies.bytes += bytes;
    this.added += 1;
    if (!replies.isStalled) this.makeReady(replies);
    return replies;
  }

  private welcome(client: string, route: Route): ClientReplies<Route> {
    const replies = new ClientReplies(client, route);
    this.clients.set(client, replies);
    return replies;
  }

  private makeReady(replies: ClientReplies<Route>): void {
    if (replies.isReady) return;
    replies.isReady = true;
    this.ready.push(replies);
  }

  private retry(): void {
    this.retryTimer = undefined;
    this.retryMs = Math.min(this.retryMs * 2, LONGEST_RETRY_MS);
    for (const replies of this.stalled) this.retryClient(replies);
    this.options.onRetry();
  }

  private retryClient(replies: ClientReplies<Route>): void {
    replies.isStalled = false;
    this.makeReady(replies);
  }

  private forget(replies: ClientReplies<Route>): void {
    if (replies.isForgotten) return;
    replies.isForgotten = true;
    this.clients.delete(replies.client);
    if (this.stalled.size > 0) this.stalled.delete(replies);
    if (this.clients.size === 0) this.draining?.resolve();
  }
}

function replaceProgress(waiting: WaitingReply<unknown>, frame: Frame): void {
  waiting.owner.bytes += frame.length - waiting.bytes;
  waiting.frames = [frame];
  waiting.bytes = frame.length;
}

function keepRefused<Route>(message: WaitingReply<Route>): void {
  const { owner, progressOf } = message;
  if (progressOf?.waiting !== undefined) {
    // A newer one came meanwhile.
    owner.bytes -= message.bytes;
    return;
  }
  if (progressOf !== undefined) progressOf.waiting = message;
  owner.addRefused(message);
}

/** The first of each list, then the second of each, and so on. */
function inTurns<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const [first = [], ...others] = lists;
  if (others.length === 0) return first;
  const all: T[] = [];
  for (let turn = 0, before = -1; all.length > before; turn++) {
    before = all.length;
    for (const list of lists) {
      const item = list[turn];
      if (item !== undefined) all.push(item);
    }
  }
  return all;
}

/** Of text it counts the characters: near enough for a bound. */
function sizeOf(frames: readonly Frame[]): number {
  let bytes = 0;
  for (const { length } of frames) bytes += length;
  return bytes;
}
