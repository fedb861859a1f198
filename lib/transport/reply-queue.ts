import { type Timer } from "../platform/platform";
import { encodeBatch, MAX_BATCH_LENGTH, PLENTY, withId } from "../wire/batch";
import { type Frame } from "../wire/frame";
import { deferred, type Deferred } from "../time/deferred";
import { withDeadline } from "../time/with-deadline";
import { type Outbox, type Parcel } from "./sender";

/** How long a client that does not take its replies is left alone before it is tried again, in milliseconds. */
const FIRST_RETRY_MS = 1;
const LONGEST_RETRY_MS = 64;

/** Progress has so much of the room of a client that does not read; the rest is for replies. */
const PROGRESS_PART = 0.5;

/** Messages of one client that are tried in one go: what a client does not take must not cost more than what it takes. */
const MAX_MESSAGES_IN_ONE_GO = 64;

/** Where a reply goes, as its transport knows it. */
export type ReplyTarget<Route> =
  /** Back to the message that asked. */
  | { readonly kind: "reply"; readonly route: Route }
  /** Back to one request of the batch that asked, on its own. */
  | { readonly kind: "element"; readonly route: Route; readonly id: number }
  /** To the client that sent batches this way: a batch of replies. */
  | { readonly kind: "batch"; readonly route: Route }
  /** To a client, to see whether it is there. */
  | { readonly kind: "probe"; readonly route: Route };

/** A message for a client. */
export interface ReplyMessage<Route> {
  readonly target: ReplyTarget<Route>;
  readonly frames: readonly Frame[];
}

interface Message<Route> {
  readonly target: ReplyTarget<Route>;
  frames: readonly Frame[];
  /** Of the replies in it. */
  bytes: number;
  /** Of the request whose progress it is. */
  readonly progressOf?: WithProgress<Route>;
}

/** A request that may tell progress before its reply. */
export interface WithProgress<Route> {
  /** Its progress that waits: the newest. For the queue alone. */
  waiting?: WaitingProgress<Route> | undefined;
}

/** A progress whose place in the queue the next one takes. */
export type WaitingProgress<Route> = Message<Route>;

interface ClientReplies<Route> {
  /** The way of its last batch. */
  route: Route;
  /** What the socket did not take: it goes first. */
  refused: Message<Route>[];
  /** Put together, in the order in which they leave. */
  messages: Message<Route>[];
  /** What comes before replies that came since. */
  progress: Message<Route>[];
  /** Texts for batches, their ids added. */
  texts: string[];
  /** Messages that go alone. */
  alone: Message<Route>[];
  /** Of all that waits. */
  bytes: number;
  /** The socket has no room for this client at the moment. */
  isStalled: boolean;
}

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
export class ReplyQueue<Route> implements Outbox<ReplyMessage<Route>> {
  private readonly clients = new Map<string, ClientReplies<Route>>();
  /** Those that have something to send and are not stalled. */
  private readonly ready = new Set<string>();
  private readonly stalled = new Set<string>();
  /** Replies that came since everything was last taken. */
  private added = 0;
  private retryMs = FIRST_RETRY_MS;
  private retryTimer: Timer | undefined;
  private draining: Deferred<void> | undefined;

  constructor(private readonly options: ReplyQueueOptions) {}

  get isEmpty(): boolean {
    return this.ready.size === 0;
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
      this.roomFor(client, route, text.length)?.texts.push(text);
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
      this.replaceProgress(client, waiting, frame);
      return;
    }
    const { maxUnreadBytes } = this.options;
    if ((this.clients.get(client)?.bytes ?? 0) > maxUnreadBytes * PROGRESS_PART) return;
    const message = { target, frames: [frame], bytes: frame.length, progressOf: request };
    request.waiting = message;
    this.roomFor(client, target.route, message.bytes)?.progress.push(message);
  }

  /** A message that tells whether a client is there; not where others wait for it, which tell as much. */
  addProbe(client: string, route: Route): void {
    if (!this.clients.has(client)) this.addAlone(client, { kind: "probe", route }, []);
  }

  takeAll(): readonly Parcel<ReplyMessage<Route>>[] {
    this.added = 0;
    const turns = [...this.ready].map((client) => this.parcelsOf(client));
    this.ready.clear();
    const longest = Math.max(...turns.map(({ length }) => length));
    return Array.from({ length: longest }, (_, turn) =>
      turns.flatMap((parcels) => parcels.slice(turn, turn + 1)),
    ).flat();
  }

  /** A client is gone: nothing is sent to it any more. */
  departed(client: string): void {
    if (this.clients.has(client)) this.forget(client);
  }

  /** A client whose link was full has room again. */
  hasRoom(client: string): void {
    const replies = this.clients.get(client);
    if (replies?.isStalled !== true) return;
    this.retryClient(client, replies);
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

  private replaceProgress(client: string, waiting: WaitingProgress<Route>, frame: Frame): void {
    const replies = this.clients.get(client);
    if (replies !== undefined) replies.bytes += frame.length - waiting.bytes;
    waiting.frames = [frame];
    waiting.bytes = frame.length;
  }

  private addAlone(client: string, target: ReplyTarget<Route>, frames: readonly Frame[]): void {
    const message = { target, frames, bytes: sizeOf(frames) };
    this.roomFor(client, target.route, message.bytes)?.alone.push(message);
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
    if (!replies.isStalled) this.ready.add(client);
    return replies;
  }

  private welcome(client: string, route: Route): ClientReplies<Route> {
    const replies = empty(route);
    this.clients.set(client, replies);
    return replies;
  }

  private parcelsOf(client: string): Parcel<ReplyMessage<Route>>[] {
    const replies = this.clients.get(client);
    if (replies === undefined) return [];
    replies.messages.unshift(...replies.refused);
    // A request's reply always comes after its progress, whether it is in a batch or alone.
    for (const message of replies.progress) replies.messages.push(message);
    for (const message of batches(replies)) replies.messages.push(message);
    for (const message of replies.alone) replies.messages.push(message);
    replies.refused = [];
    replies.progress = [];
    replies.texts = [];
    replies.alone = [];
    return replies.messages.splice(0, MAX_MESSAGES_IN_ONE_GO).map((message) => ({
      pack: () => this.pack(client, replies, message),
      taken: () => this.taken(client, replies, message),
      refused: (error) => this.refused(client, replies, message, error),
    }));
  }

  private pack(
    client: string,
    replies: ClientReplies<Route>,
    message: Message<Route>,
  ): ReplyMessage<Route> | undefined {
    if (this.clients.get(client) !== replies) return undefined;
    if (replies.isStalled) {
      replies.refused.push(message);
      return undefined;
    }
    // On its way: the next has to be a message of its own.
    if (message.progressOf !== undefined) message.progressOf.waiting = undefined;
    return message;
  }

  private taken(client: string, replies: ClientReplies<Route>, { bytes }: Message<Route>): void {
    replies.bytes -= bytes;
    if (this.stalled.delete(client)) this.retryMs = FIRST_RETRY_MS;
    if (replies.messages.length > 0 && !replies.isStalled) this.ready.add(client);
    if (replies.bytes === 0) this.forget(client);
  }

  private refused(
    client: string,
    replies: ClientReplies<Route>,
    message: Message<Route>,
    error: unknown,
  ): void {
    if (!this.options.isFull(error)) {
      this.options.onDropped("the client is gone");
      this.forget(client);
      this.options.onGone(client);
      return;
    }
    this.keepRefused(replies, message);
    replies.isStalled = true;
    this.stalled.add(client);
    this.retryTimer ??= setTimeout(() => this.retry(), this.retryMs);
  }

  private keepRefused(replies: ClientReplies<Route>, message: Message<Route>): void {
    const { progressOf } = message;
    if (progressOf?.waiting !== undefined) {
      // A newer one came meanwhile.
      replies.bytes -= message.bytes;
      return;
    }
    if (progressOf !== undefined) progressOf.waiting = message;
    replies.refused.push(message);
  }

  private retry(): void {
    this.retryTimer = undefined;
    this.retryMs = Math.min(this.retryMs * 2, LONGEST_RETRY_MS);
    for (const client of this.stalled) {
      const replies = this.clients.get(client);
      if (replies !== undefined) this.retryClient(client, replies);
    }
    this.options.onRetry();
  }

  private retryClient(client: string, replies: ClientReplies<Route>): void {
    replies.isStalled = false;
    this.ready.add(client);
  }

  private forget(client: string): void {
    this.clients.delete(client);
    this.stalled.delete(client);
    this.ready.delete(client);
    if (this.clients.size === 0) this.draining?.resolve();
  }
}

function empty<Route>(route: Route): ClientReplies<Route> {
  return { route, refused: [], messages: [], progress: [], texts: [], alone: [], bytes: 0, isStalled: false };
}

function* batches<Route>({ route, texts }: ClientReplies<Route>): Iterable<Message<Route>> {
  const target = { kind: "batch", route } as const;
  let batch: string[] = [];
  let length = 0;
  for (const text of texts) {
    if (length + text.length > MAX_BATCH_LENGTH && batch.length > 0) {
      yield { target, frames: [encodeBatch(batch)], bytes: length };
      batch = [];
      length = 0;
    }
    batch.push(text);
    length += text.length;
  }
  if (batch.length > 0) yield { target, frames: [encodeBatch(batch)], bytes: length };
}

/** Of text it counts the characters: near enough for a bound. */
function sizeOf(frames: readonly Frame[]): number {
  return frames.reduce((sum, { length }) => sum + length, 0);
}
