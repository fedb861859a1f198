import { type Frame } from "../../wire/frame";
import { encodeBatch, MAX_BATCH_LENGTH, PLENTY, withId } from "../../wire/batch";
import { type Outbox, type Parcel } from "./socket-sender";

/** A request on its way to the socket. */
export interface WaitingRequest {
  readonly id: number;
  readonly body: string;
  /** Set while it waits, it is never sent. */
  isDropped: boolean;
  /** It was handed to the socket. */
  isSent: boolean;
}

/** Requests that wait for one socket; those that wait together leave as a batch, if the peer takes batches. */
export class RequestOutbox implements Outbox {
  /** Whether the peer takes batches; known after the handshake. */
  takesBatches = false;
  private waiting: WaitingRequest[] = [];
  private notices: string[] = [];

  get isEmpty(): boolean {
    return this.waiting.length === 0 && this.notices.length === 0;
  }

  get isPlenty(): boolean {
    return this.waiting.length >= PLENTY;
  }

  add(request: WaitingRequest): void {
    this.waiting.push(request);
  }

  /** A message that has no reply. */
  addNotice(body: string): void {
    this.notices.push(body);
  }

  takeAll(): readonly Parcel[] {
    const { waiting, notices } = this;
    this.waiting = [];
    this.notices = [];
    const requests = this.takesBatches ? inBatches(waiting) : waiting.map((message) => [message]);
    return [
      ...requests.map((messages) => ({ pack: () => pack(messages) })),
      ...notices.map((body) => ({ pack: () => ["", body] })),
    ];
  }
}

function inBatches(messages: readonly WaitingRequest[]): WaitingRequest[][] {
  const batches: WaitingRequest[][] = [];
  let length = Infinity;
  for (const message of messages) {
    length += message.body.length;
    if (length > MAX_BATCH_LENGTH) {
      batches.push([]);
      length = message.body.length;
    }
    batches.at(-1)?.push(message);
  }
  return batches;
}

function pack(messages: readonly WaitingRequest[]): Frame[] | undefined {
  const wanted = messages.filter(({ isDropped }) => !isDropped);
  for (const message of wanted) message.isSent = true;
  const [first, ...others] = wanted;
  if (first === undefined) return undefined;
  if (others.length === 0) return [String(first.id), "", first.body];
  return ["", encodeBatch(wanted.map(({ id, body }) => withId(body, id)))];
}
