import { type Frame } from "../wire/frame";
import { encodeBatch, MAX_BATCH_LENGTH, PLENTY, withId } from "../wire/batch";
import { type Outbox } from "./sender";

/** Fewer requests are not worth a message of their own. */
const LEAST_HALF = 4;

/** A request on its way to the connection. */
export interface WaitingRequest {
  readonly id: number;
  /** Emptied when it is sent: nobody needs it any more. */
  body: string;
  /** The arrays that the body refers to: a frame of their own. Let go when it is sent. */
  data?: Uint8Array | undefined;
  /** Set while it waits, it is never sent. */
  readonly isDropped: boolean;
  /** It was handed to the connection. */
  isSent: boolean;
}

/** A message for a server: one request with its number, or a batch or a notice without. */
export interface RequestMessage {
  readonly id: number | undefined;
  readonly frames: readonly Frame[];
}

/** Requests that leave in one message, or a notice. */
export type RequestParcel = readonly WaitingRequest[] | string;

/** Requests that wait for one connection; those that wait together leave as a batch, if the server takes batches. */
export class RequestQueue implements Outbox<RequestParcel, RequestMessage> {
  /** Whether the server takes batches; known after the handshake. */
  takesBatches = false;
  private waiting = new Set<WaitingRequest>();
  private plenty = PLENTY;
  private notices: string[] = [];

  get isEmpty(): boolean {
    return this.waiting.size === 0 && this.notices.length === 0;
  }

  get isPlenty(): boolean {
    return this.waiting.size >= this.plenty;
  }

  /**
   * So many callers go on at once. Where the server has nothing else to do, it gets the first half of what they ask as
   * soon as that is there, so that both sides work at the same time.
   *
   * @param unanswered - Requests that the server still has.
   */
  expect(callers: number, unanswered: number): void {
    const isIdle = unanswered === 0 && callers >= 2 * LEAST_HALF;
    this.plenty = isIdle ? Math.min(Math.ceil(callers / 2), PLENTY) : PLENTY;
  }

  add(request: WaitingRequest): void {
    this.waiting.add(request);
  }

  /** Takes out one that is not to be sent, with its text. */
  delete(request: WaitingRequest): void {
    this.waiting.delete(request);
  }

  /** A message that has no reply. */
  addNotice(body: string): void {
    this.notices.push(body);
  }

  takeAll(): readonly RequestParcel[] {
    const waiting = [...this.waiting];
    const { notices } = this;
    // Not emptied: the engine's table of an emptied set goes on to refer to what was in it, and to the table after it.
    this.waiting = new Set();
    this.plenty = PLENTY;
    this.notices = [];
    const requests = this.takesBatches ? inBatches(waiting) : waiting.map((message) => [message]);
    return notices.length === 0 ? requests : [...requests, ...notices];
  }

  pack(parcel: RequestParcel): RequestMessage | undefined {
    return typeof parcel === "string" ? { id: undefined, frames: [parcel] } : pack(parcel);
  }
}

/** What has a second frame leaves alone; the order stays. */
function inBatches(messages: readonly WaitingRequest[]): WaitingRequest[][] {
  const batches: WaitingRequest[][] = [];
  let length = Infinity;
  for (const message of messages) {
    length += message.body.length;
    if (length > MAX_BATCH_LENGTH || message.data !== undefined) {
      batches.push([]);
      length = message.body.length;
    }
    batches.at(-1)?.push(message);
    if (message.data !== undefined) length = Infinity;
  }
  return batches;
}

function pack(messages: readonly WaitingRequest[]): RequestMessage | undefined {
  const wanted = messages.filter(({ isDropped }) => !isDropped);
  for (const message of wanted) message.isSent = true;
  const [first, ...others] = wanted;
  if (first === undefined) return undefined;
  const message =
    others.length === 0
      ? { id: first.id, frames: framesOf(first) }
      : { id: undefined, frames: [encodeBatch(wanted.map(({ id, body }) => withId(body, id)))] };
  for (const request of wanted) request.body = "";
  if (first.data !== undefined) first.data = undefined;
  return message;
}

function framesOf({ body, data }: WaitingRequest): readonly Frame[] {
  return data === undefined ? [body] : [body, data];
}
