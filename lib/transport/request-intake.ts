import { type BurstLog } from "../log/burst-log";
import { platform } from "../platform/current";
import { decodeRequestBatch, isBatch, PLENTY, type BatchElement, type RequestBatch } from "../wire/batch";
import { failed, refusal, type Failure } from "../wire/failures";
import { type Frame } from "../wire/frame";
import { failureReply } from "../wire/replies";
import { type ClientIdentity, type IncomingRequest } from "./endpoint";
import { type ReplyMessage, type WaitingReply, type WithProgress } from "./client-replies";
import { ReplyQueue, type ReplyQueueOptions } from "./reply-queue";
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
  /** Whether it came on a way on which nothing may be commanded. Default false. */
  readonly isReadOnly?: boolean | undefined;
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
  private readonly sender: Sender<WaitingReply<Route>, ReplyMessage<Route>>;

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

  private receiveBatch(message: IncomingMessage<Route>): Promise<void> | undefined {
    let batch: RequestBatch | undefined;
    try {
      batch = decodeRequestBatch(message.body, this.maxTextBytes);
    } catch (error) {
      this.refuse(message, refusal(error));
      return undefined;
    }
    if (batch === undefined) {
      // What is no batch is answered as any request that cannot be read.
      this.receiveOne(message);
      return undefined;
    }
    const { requests, nameless } = batch;
    this.sender.expectMore();
    if (nameless > 0) this.refuse(message, failed(`${nameless} of the batch ${NO_REQUESTS}`));
    const bytesOfEach = message.body.length / requests.length;
    this.receiveElements(message, requests.slice(0, PLENTY), bytesOfEach);
    return requests.length <= PLENTY ? undefined : this.receiveRest(message, requests, bytesOfEach);
  }

  private async receiveRest(
    message: IncomingMessage<Route>,
    requests: readonly BatchElement[],
    bytesOfEach: number,
  ): Promise<void> {
    for (let begin = PLENTY; begin < requests.length; begin += PLENTY) {
      // So that the replies so far can leave, and the client has something to do meanwhile.
      await (begin % LONG_BATCH === 0 ? nextTurn() : Promise.resolve());
      this.receiveElements(message, requests.slice(begin, begin + PLENTY), bytesOfEach);
    }
  }

  private refuse({ client, route }: IncomingMessage<Route>, failure: Failure): void {
    this.replies.add(client.id, route, failureReply(failure));
    this.sender.wake();
  }

  private receiveOne(message: IncomingMessage<Route>): void {
    this.handle(new SingleRequest(this.replies, this.sender, message));
  }

  private receiveElements(
    message: IncomingMessage<Route>,
    elements: readonly BatchElement[],
    bytesOfEach: number,
  ): void {
    for (const element of elements) {
      this.handle(new BatchedRequest(this.replies, this.sender, message, element, bytesOfEach));
    }
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => platform().nextTurn(resolve));
}

/** A request that came in a message of its own. */
class SingleRequest<Route> implements IncomingRequest, WithProgress<Route> {
  waiting: WaitingReply<Route> | undefined;

  constructor(
    private readonly replies: ReplyQueue<Route>,
    private readonly sender: Waker,
    private readonly message: IncomingMessage<Route>,
  ) {}

  get client(): ClientIdentity {
    return this.message.client;
  }

  get id(): string {
    return this.message.id;
  }

  get body(): Uint8Array {
    return this.message.body;
  }

  get data(): Uint8Array | undefined {
    return this.message.data;
  }

  get bytes(): number {
    const { body, data } = this.message;
    return body.length + (data?.length ?? 0);
  }

  get isReadOnly(): boolean | undefined {
    return this.message.isReadOnly;
  }

  reply(frames: readonly Frame[]): void {
    const { client, route } = this.message;
    this.replies.add(client.id, route, frames);
    this.sender.wake();
  }

  progress(frame: Frame): void {
    const { client, route } = this.message;
    this.replies.addProgress(client.id, { kind: "reply", route }, this, frame);
    this.sender.wake();
  }
}

/** A request that came among others. Keeps nothing of them: they may be done with long before it. */
class BatchedRequest<Route> implements IncomingRequest, WithProgress<Route> {
  waiting: WaitingReply<Route> | undefined;
  readonly client: ClientIdentity;
  readonly body: BatchElement["message"];
  readonly isReadOnly: boolean | undefined;
  private readonly number: number;
  private readonly route: Route;
  private readonly isDirect: boolean;

  constructor(
    private readonly replies: ReplyQueue<Route>,
    private readonly sender: Waker,
    { client, route, isDirect, isReadOnly }: IncomingMessage<Route>,
    { id, message }: BatchElement,
    readonly bytes: number,
  ) {
    this.client = client;
    this.body = message;
    this.number = id;
    this.route = route;
    this.isDirect = isDirect;
    this.isReadOnly = isReadOnly;
  }

  /** Most requests are done before anybody asks for it. */
  get id(): string {
    return String(this.number);
  }

  reply(frames: readonly Frame[]): void {
    this.replies.addBatched(this.client.id, this.route, this.number, frames, this.isDirect);
    this.sender.wake();
  }

  progress(frame: Frame): void {
    const target = { kind: "element", route: this.route, id: this.number } as const;
    this.replies.addProgress(this.client.id, target, this, frame);
    this.sender.wake();
  }
}

type Waker = Pick<Sender<never, never>, "wake">;
