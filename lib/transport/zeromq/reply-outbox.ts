import { type Frame } from "../../wire/frame";
import { encodeBatch, MAX_BATCH_LENGTH, PLENTY, withId } from "../../wire/batch";
import { hasCode } from "../../system-error";
import { type Outbox, type Parcel } from "./socket-sender";

/** How long a client that does not take its replies is left alone before it is tried again, in milliseconds. */
const FIRST_RETRY_MS = 1;
const LONGEST_RETRY_MS = 64;

/** Messages of one client that are tried in one go: what a client does not take must not cost more than what it takes. */
const MAX_MESSAGES_IN_ONE_GO = 64;

const DELIMITER = Buffer.alloc(0);

interface Message {
  readonly frames: Frame[];
  /** Of the replies in it. */
  readonly bytes: number;
}

interface ClientReplies {
  readonly identity: Buffer;
  /** What the socket did not take: it goes first. */
  refused: Message[];
  /** Put together, in the order in which they leave. */
  messages: Message[];
  /** Texts for batches, their ids added. */
  texts: string[];
  /** Messages that go alone. */
  alone: Message[];
  /** Of all that waits. */
  bytes: number;
  /** The socket has no room for this client at the moment. */
  isStalled: boolean;
}

export interface ReplyOutboxOptions {
  /** What one client may leave unread, in bytes. */
  readonly maxUnreadBytes: number;
  /** Called when a client that was stalled is to be tried again. */
  readonly onRetry: () => void;
  /** Called for each message that is dropped because its client is gone, or left too much unread. */
  readonly onDropped: (reason: string) => void;
}

/**
 * Replies that wait for one socket. Those to one client's batched requests leave as batches; clients take turns, so
 * that one with many replies does not hold up the others. What the socket has no room for, since a client does not
 * read, waits here and holds up nobody else; how much that can be is bounded for each client.
 */
export class ReplyOutbox implements Outbox {
  private readonly clients = new Map<string, ClientReplies>();
  /** Those that have something to send and are not stalled. */
  private readonly ready = new Set<string>();
  private readonly stalled = new Set<string>();
  /** Replies that came since everything was last taken. */
  private added = 0;
  private retryMs = FIRST_RETRY_MS;
  private retryTimer: NodeJS.Timeout | undefined;
  private tellDrained: () => void = () => undefined;

  constructor(private readonly options: ReplyOutboxOptions) {}

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
  add(client: string, envelope: readonly Buffer[], frames: readonly Frame[]): void {
    const [identity] = envelope;
    if (identity === undefined) return;
    const message = { frames: [...envelope, ...frames], bytes: sizeOf(frames) };
    this.roomFor(client, identity, message.bytes)?.alone.push(message);
  }

  /** A reply to a request out of a batch. */
  addBatched(client: string, identity: Buffer, id: number, frames: readonly Frame[]): void {
    const [body] = frames;
    if (frames.length === 1 && typeof body === "string" && body.length < MAX_BATCH_LENGTH) {
      const text = withId(body, id);
      this.roomFor(client, identity, text.length)?.texts.push(text);
    } else {
      this.add(client, [identity, Buffer.from(String(id)), DELIMITER], frames);
    }
  }

  takeAll(): readonly Parcel[] {
    this.added = 0;
    const turns = [...this.ready].map((client) => this.parcelsOf(client));
    this.ready.clear();
    const longest = Math.max(...turns.map(({ length }) => length));
    return Array.from({ length: longest }, (_, turn) =>
      turns.flatMap((parcels) => parcels.slice(turn, turn + 1)),
    ).flat();
  }

  /** Resolves when nothing waits any more, or when the time is over, in milliseconds. Nothing is retried then. */
  async drained(withinMs: number): Promise<void> {
    let deadline: NodeJS.Timeout | undefined;
    if (this.clients.size > 0) {
      await new Promise<void>((resolve) => {
        this.tellDrained = resolve;
        deadline = setTimeout(resolve, withinMs);
      });
    }
    clearTimeout(deadline);
    clearTimeout(this.retryTimer);
  }

  /** Where a reply waits; nowhere if its client has left too much unread. */
  private roomFor(client: string, identity: Buffer, bytes: number): ClientReplies | undefined {
    const replies = this.clients.get(client) ?? this.welcome(client, identity);
    if (replies.bytes > this.options.maxUnreadBytes) {
      this.options.onDropped("the client does not read its replies");
      return undefined;
    }
    replies.bytes += bytes;
    this.added += 1;
    if (!replies.isStalled) this.ready.add(client);
    return replies;
  }

  private welcome(client: string, identity: Buffer): ClientReplies {
    const replies = empty(identity);
    this.clients.set(client, replies);
    return replies;
  }

  private parcelsOf(client: string): Parcel[] {
    const replies = this.clients.get(client);
    if (replies === undefined) return [];
    replies.messages.unshift(...replies.refused);
    for (const message of batches(replies)) replies.messages.push(message);
    for (const message of replies.alone) replies.messages.push(message);
    replies.refused = [];
    replies.texts = [];
    replies.alone = [];
    return replies.messages.splice(0, MAX_MESSAGES_IN_ONE_GO).map((message) => ({
      pack: () => this.pack(client, replies, message),
      taken: () => this.taken(client, replies, message),
      refused: (error) => this.refused(client, replies, message, error),
    }));
  }

  private pack(client: string, replies: ClientReplies, message: Message): Frame[] | undefined {
    if (this.clients.get(client) !== replies) return undefined;
    if (!replies.isStalled) return message.frames;
    replies.refused.push(message);
    return undefined;
  }

  private taken(client: string, replies: ClientReplies, { bytes }: Message): void {
    replies.bytes -= bytes;
    if (this.stalled.delete(client)) this.retryMs = FIRST_RETRY_MS;
    if (replies.messages.length > 0 && !replies.isStalled) this.ready.add(client);
    if (replies.bytes === 0) this.forget(client);
  }

  private refused(client: string, replies: ClientReplies, message: Message, error: unknown): void {
    if (!isFull(error)) {
      this.options.onDropped("the client is gone");
      this.forget(client);
      return;
    }
    replies.refused.push(message);
    replies.isStalled = true;
    this.stalled.add(client);
    this.retryTimer ??= setTimeout(() => this.retry(), this.retryMs);
  }

  private retry(): void {
    this.retryTimer = undefined;
    this.retryMs = Math.min(this.retryMs * 2, LONGEST_RETRY_MS);
    for (const client of this.stalled) {
      const replies = this.clients.get(client);
      if (replies === undefined) continue;
      replies.isStalled = false;
      this.ready.add(client);
    }
    this.options.onRetry();
  }

  private forget(client: string): void {
    this.clients.delete(client);
    this.stalled.delete(client);
    this.ready.delete(client);
    if (this.clients.size === 0) this.tellDrained();
  }
}

function empty(identity: Buffer): ClientReplies {
  return { identity, refused: [], messages: [], texts: [], alone: [], bytes: 0, isStalled: false };
}

function* batches({ identity, texts }: ClientReplies): Iterable<Message> {
  let batch: string[] = [];
  let length = 0;
  for (const text of texts) {
    if (length + text.length > MAX_BATCH_LENGTH && batch.length > 0) {
      yield { frames: [identity, "", encodeBatch(batch)], bytes: length };
      batch = [];
      length = 0;
    }
    batch.push(text);
    length += text.length;
  }
  if (batch.length > 0) yield { frames: [identity, "", encodeBatch(batch)], bytes: length };
}

/** Of text it counts the characters: near enough for a bound. */
function sizeOf(frames: readonly Frame[]): number {
  return frames.reduce((sum, { length }) => sum + length, 0);
}

/** The socket has no room for this client; any other error means that the client is not there any more. */
function isFull(error: unknown): boolean {
  return hasCode(error, "EAGAIN");
}
