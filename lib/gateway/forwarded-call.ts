import { type Peer } from "../client/peer";
import { type Lane } from "../contract/lane";
import { type ErrorPlace, messageOf } from "../errors";
import { oneLine } from "../log/one-line";
import { type ClientIdentity, type IncomingRequest } from "../transport/endpoint";
import { type Exchange } from "../transport/exchange";
import { PendingCall } from "../transport/pending-call";
import { failed } from "../wire/failures";
import { type Frame } from "../wire/frame";
import { offers } from "../wire/inventory";
import { encodeJson } from "../wire/json";
import { isBytes, type Received, type ReceivedReply } from "../wire/message";
import { failureReply } from "../wire/replies";
import { onBehalfOf, type RepresentedCaller } from "../wire/represented-caller";

/** A device that is not connected yet is waited for this long, in milliseconds: less than clients wait for its inventory. */
const CONNECT_MS = 900;

/** A request as it goes on to the device. */
export interface ForwardedRequest {
  readonly incoming: IncomingRequest;
  readonly text: string;
  /** The arrays that the text refers to. */
  readonly data: Uint8Array | undefined;
  readonly lane: Lane;
  readonly place: ErrorPlace;
  /** Whether a device asks who wants it. */
  readonly isForMember: boolean;
  /** The method that it calls, on the wire; nothing where it calls none. */
  readonly method?: string | undefined;
  /** What the client gets of the reply. Left out: all of it, as it came. */
  readonly adapt?: ((reply: ReceivedReply) => readonly Frame[]) | undefined;
  /** Called once, however it ends. */
  readonly onEnd: (call: ForwardedCall) => void;
}

/** A request of a client on its way to the device and back: its text and its reply pass as they are. */
export class ForwardedCall extends PendingCall<Peer> {
  override readonly lane: Lane;
  readonly place: ErrorPlace;
  readonly signal = undefined;
  /** The connection that it was handed to. */
  private sentOver: Exchange | undefined;
  private isSilent = false;

  constructor(private readonly request: ForwardedRequest) {
    super();
    this.lane = request.lane;
    this.place = request.place;
    this.data = request.data;
  }

  get client(): ClientIdentity {
    return this.request.incoming.client;
  }

  /** The client's own number of it. */
  get clientsId(): string {
    return this.request.incoming.id;
  }

  get method(): string | undefined {
    return this.request.method;
  }

  /** Its client is there and gives up by itself; only a device that is away is not waited for. */
  timeoutFor(peer: Peer | undefined): number | null {
    return peer === undefined ? CONNECT_MS : null;
  }

  /** Said by the gateway alone, whatever the text says: a client speaks for nobody here. */
  encode({ inventory }: Peer): string {
    const { text, isForMember } = this.request;
    const isUnderstood = offers(inventory, "on-behalf-of");
    return isForMember && isUnderstood ? onBehalfOf(text, representedCaller(this.client)) : text;
  }

  override sendOver(exchange: Exchange, body: string): void {
    this.sentOver = exchange;
    super.sendOver(exchange, body);
  }

  /** Its client gave it up. What was sent is answered by the device, and what was not, here. */
  cancel(): void {
    if (this.isSent) {
      this.sentOver?.cancel(this);
      return;
    }
    this.sentOver?.abandon(this);
    const { method = "the request" } = this.request;
    this.answer(failureReply(failed(`${method} was not started: the caller gave it up`, "cancelled")));
    this.end();
  }

  /** Its client is gone: it is not begun any more, and what runs is told so. */
  forsake(): void {
    this.sentOver?.abandon(this, true);
    this.end();
  }

  /** The connections of its clients are ended over it: there is nobody to answer. */
  override onLost(): void {
    this.end();
  }

  protected succeed(frames: ReceivedReply): void {
    const { adapt = asItCame } = this.request;
    try {
      this.answer(adapt(frames));
    } catch (error) {
      this.answer(failureReply(failed(`the device's answer cannot be read: ${oneLine(messageOf(error))}`)));
    }
    this.request.onEnd(this);
  }

  protected reject(error: unknown): void {
    if (!this.isSilent) this.answer(failureReply(failed(oneLine(messageOf(error)), "busy")));
    this.request.onEnd(this);
  }

  protected override progressed([body]: ReceivedReply): void {
    if (body !== undefined) this.request.incoming.progress(frameOf(body));
  }

  private answer(frames: readonly Frame[]): void {
    this.request.incoming.reply(frames);
  }

  private end(): void {
    this.isSilent = true;
    this.fail(undefined);
  }
}

/** Who a client of the gateway is. */
function representedCaller({ id, key, address }: ClientIdentity): RepresentedCaller {
  return { id, name: key, address };
}

function asItCame([body, ...data]: ReceivedReply): readonly Frame[] {
  return body === undefined ? [] : [frameOf(body), ...data];
}

/** It may wait here: what it was read with must not be kept for it. */
function frameOf(body: Received): Frame {
  return isBytes(body) ? new Uint8Array(body) : encodeJson(body);
}
