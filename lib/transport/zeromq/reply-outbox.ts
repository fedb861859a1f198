import { type Frame } from "../../wire/frame";
import { encodeBatch, MAX_BATCH_BYTES, withId } from "../../wire/batch";
import { type Outbox, type Parcel } from "./socket-sender";

interface WaitingReplies {
  readonly identity: Buffer;
  /** Texts for batches, their ids added. */
  texts: string[];
  /** Messages that go alone. */
  alone: (readonly Frame[])[];
}

/**
 * Replies that wait for one socket. Those to one client's batched requests leave as batches; clients take turns, so
 * that one with many replies does not hold up the others.
 */
export class ReplyOutbox implements Outbox {
  private waiting = new Map<string, WaitingReplies>();

  get isEmpty(): boolean {
    return this.waiting.size === 0;
  }

  /** A reply to a request that came alone. */
  add(client: string, envelope: readonly Buffer[], frames: readonly Frame[]): void {
    const [identity] = envelope;
    if (identity !== undefined) this.of(client, identity).alone.push([...envelope, ...frames]);
  }

  /** A reply to a request out of a batch. */
  addBatched(client: string, identity: Buffer, id: number, frames: readonly Frame[]): void {
    const replies = this.of(client, identity);
    const [text] = frames;
    if (frames.length === 1 && typeof text === "string" && text.length < MAX_BATCH_BYTES) {
      replies.texts.push(withId(text, id));
    } else {
      replies.alone.push([identity, String(id), "", ...frames]);
    }
  }

  takeAll(): readonly Parcel[] {
    const turns = [...this.waiting.values()].map((replies) => [...packed(replies)]);
    this.waiting = new Map();
    const longest = Math.max(...turns.map(({ length }) => length));
    return Array.from({ length: longest }, (_, turn) =>
      turns.flatMap((messages) => messages.slice(turn, turn + 1)),
    )
      .flat()
      .map((frames) => ({ pack: () => frames }));
  }

  private of(client: string, identity: Buffer): WaitingReplies {
    const known = this.waiting.get(client);
    if (known !== undefined) return known;
    const replies: WaitingReplies = { identity, texts: [], alone: [] };
    this.waiting.set(client, replies);
    return replies;
  }
}

function* packed({ identity, texts, alone }: WaitingReplies): Iterable<readonly Frame[]> {
  let batch: string[] = [];
  let length = 0;
  for (const text of texts) {
    if (length + text.length > MAX_BATCH_BYTES && batch.length > 0) {
      yield [identity, "", encodeBatch(batch)];
      batch = [];
      length = 0;
    }
    batch.push(text);
    length += text.length;
  }
  if (batch.length > 0) yield [identity, "", encodeBatch(batch)];
  yield* alone;
}
