import { type BurstLog } from "../log/burst-log";
import { platform } from "../platform/current";
import { decodeRequestBatch, isBatch, PLENTY, type BatchElement, type RequestBatch } from "../wire/batch";
import { failed, refusal, type Failure } from "../wire/failures";
import { failureReply } from "../wire/replies";
import { type ClientIdentity, type IncomingRequest } from "./endpoint";
import { type ReplyMessage, ReplyQueue, type ReplyQueueOptions } from "./reply-queue";
import { Sender, type SendingLink } from "./sender";
import { turnOf } from "./text-turns";

/** A message of a client, as its transport hands it over. */
export interface IncomingMessage<Route> {
  readonly client: ClientIdentity;
  /** How a reply finds back. */
  readonly route: Route;
  /** The client's own name for the request; empty where it gave none. */
  readonly id: string;
  readonly body: Uint8Array;
  /** The frame behind it, if there is one. */
  readonly data?: Uint8Array | undefined;
  /** Whether the client itself is at the other end, and not a broker which knows no batches. */
  readonly isDirect: boolean;
}

const NO_REQUESTS = 'are no objects with an "id", a whole number: they were not carried out';

/** After so many requests of one message everything else has its turn. */
const LONG_BATCH = 10 * PLENTY;

/** What a transport is asked for by its intake. */
export interface RequestIntakeOptions<Route> extends Pick<
  ReplyQueueOptions,
  "isFull" | "maxUnreadBytes" | "onGone"
> {
  /** Where replies leave. */
  readonly link: SendingLink<ReplyMessage<Route>>;
  readonly handle: (request: IncomingRequest) => void;
  /** The longest text that is taken, in bytes. Default 4 MiB. */
  readonly maxTextBytes: number | undefined;
  readonly log: BurstLog;
}

/** Takes messages apart into requests, and puts the replies together again: the batches of the server's side. */
export class RequestIntake<Route> {
  private readonly handle: (request: IncomingRequest) => void;
  private readonly maxTextBytes: number | undefined;
  private readonly log: BurstLog;
  private readonly replies: ReplyQueue<Route>;
  private readonly sender: Sender<ReplyMessage<Route>>;

  constructor({ link, handle, maxTextBytes, log, ...queue }: RequestIntakeOptions<Route>) {
    const dropped = (details: object) => log.debug(details, "a reply could not be delivered");
    this.handle = handle;
    this.maxTextBytes = maxTextBytes;
    this.log = log;
    this.replies = new ReplyQueue({
      ...queue,
      onRetry: () => this.sender.wake(),
      onDropped: (reason) => dropped({ reason }),
    });
    this.sender = new Sender(link, this.replies, (error) => dropped({ err: error }));
  }

  /** A client whose link was full has room again. */
  hasRoom(client: string): void {
    this.replies.hasRoom(client);
  }

  /** A client is gone: nothing is sent to it any more. */
  departed(client: string): void {
    this.replies.departed(client);
  }

  /** Sends a client a message without anything in it, to see whether it is there. */
  probe(client: string, route: Route): void {
    this.replies.addProbe(client, route);
    this.sender.wake();
  }

  /** Resolves when every reply was handed over, or the time is over, in milliseconds. */
  async drained(withinMs: number): Promise<void> {
    await this.sender.flushed();
    await this.replies.drained(withinMs);
  }

  /** @returns What is to be waited for before the next message is taken; nothing where that may come at once. */
  receive(message: IncomingMessage<Route>): Promise<void> | undefined {
    if (this.replies.isOverfull(message.client.id)) {
      this.log.warn({}, "a client does not read its replies: its requests are dropped until it does");
      return undefined;
    }
    const turn = turnOf(message.body);
    return turn === undefined ? this.take(message) : turn.then(() => this.take(message));
  }

  private take(message: IncomingMessage<Route>): Promise<void> | undefined {
    if (message.data === undefined && isBatch(message.body)) return this.receiveBatch(message);
    this.receiveOne(message);
    return undefined;
  }

  private async receiveBatch(message: IncomingMessage<Route>): Promise<void> {
    let batch: RequestBatch | undefined;
    try {
      batch = decodeRequestBatch(message.body, this.maxTextBytes);
    } catch (error) {
      this.refuse(message, refusal(error));
      return;
    }
    if (batch === undefined) {
      // What is no batch is answered as any request that cannot be read.
      this.receiveOne(message);
      return;
    }
    const { requests, nameless } = batch;
    this.sender.expectMore();
    for (const [index, request] of requests.entries()) {
      this.receiveElement(message, request);
      // So that the replies so far can leave, and the client has something to do meanwhile.
      if (index % PLENTY === PLENTY - 1) await Promise.resolve();
      if (index % LONG_BATCH === LONG_BATCH - 1) {
        await new Promise<void>((resolve) => platform().nextTurn(resolve));
      }
    }
    if (nameless > 0) this.refuse(message, failed(`${nameless} of the batch ${NO_REQUESTS}`));
  }

  private refuse({ client, route }: IncomingMessage<Route>, failure: Failure): void {
    this.replies.add(client.id, route, failureReply(failure));
    this.sender.wake();
  }

  private receiveOne({ client, route, id, body, data }: IncomingMessage<Route>): void {
    this.handle({
      client,
      id,
      body,
      data,
      reply: (frames) => {
        this.replies.add(client.id, route, frames);
        this.sender.wake();
      },
    });
  }

  private receiveElement(
    { client, route, isDirect }: IncomingMessage<Route>,
    { id, message }: BatchElement,
  ): void {
    this.handle({
      client,
      id: String(id),
      body: message,
      reply: (frames) => {
        this.replies.addBatched(client.id, route, id, frames, isDirect);
        this.sender.wake();
      },
    });
  }
}
