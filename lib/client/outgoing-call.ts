import { type Lane } from "../contract/lane";
import { type IdleTimeout } from "../contract/records";
import {
  EncodingError,
  MalformedMessageError,
  placeName,
  subjectOf,
  ValidationError,
  type ErrorPlace,
} from "../errors";
import { DEFAULT_MAX_MESSAGE_BYTES } from "../transport/message-limit";
import { PendingCall } from "../transport/pending-call";
import { type ChannelOptions } from "../transport/rpc-channel";
import { OutgoingArrays } from "../wire/outgoing-arrays";
import { errorOf, type Failure } from "../wire/failures";
import { frameBytes, isLarger } from "../wire/frame";
import { offers } from "../wire/inventory";
import { type ReceivedReply } from "../wire/message";
import { decodeReply, type Reply } from "../wire/replies";
import { decodeProgress, type ProgressMessage } from "../wire/progress";
import { encodeRequest, type ProgressWish, type RpcRequest } from "../wire/requests";
import { excessOfOutgoing } from "../wire/text-bounds";
import { type CallOptions } from "./call-options";
import { notOffered } from "./check-fulfilled";
import { type Peer } from "./peer";

/** How long a call that may take for ever waits for the device to be there at all, in milliseconds. */
const LONGEST_CONNECT_MS = 10_000;

/** What all requests of one kind for one member have in common. */
export interface RequestKind<T = unknown> {
  /** The member's name in TypeScript; nothing for what concerns the whole device. */
  readonly member: string | undefined;
  /** The member's name on the wire, where a request is a use of it. */
  readonly wireName?: string;
  /** What requests of the kind are counted with; left out: with what waits its turn. */
  readonly lane?: Lane;
  /** How long a reply is waited for if the caller does not say; null for ever. Without a peer: before it is known. */
  usualTimeoutMs(peer: Peer | undefined): number | null;
  /** How long progress is waited for if the caller does not say; nothing or left out where the time does not depend on it. */
  usualIdleMs?(peer: Peer | undefined): number | undefined;
  /** Whether the device tells what comes before its reply, if it is asked to. Left out: it does not. */
  tellsProgress?(peer: Peer): boolean;
  /** What errors call an argument of a method, by its place. */
  readonly argumentName?: (index: number) => string;
  /**
   * What the caller gets.
   *
   * @throws MalformedMessageError if the reply is none to such a request.
   */
  read(reply: Exclude<Reply, { kind: "failure" }>, place: ErrorPlace): T;
}

/** Gets what a method tells before its result. Must not throw. */
export type ProgressListener = (progress: ProgressMessage) => void;

/** One request of a client: what it asks of a device, and what its caller gets of the reply. */
export class OutgoingCall<T> extends PendingCall<Peer> {
  override readonly lane: Lane;
  /** Its time, where that is the time without progress. */
  private idleMs: number | undefined;
  private hasProgressed = false;

  /**
   * @param client - Names the device in errors.
   * @param resolve - Gets what the reply holds.
   * @param reject - Gets the error.
   * @param listener - Gets what a method tells before its result; left out where nobody wants to know.
   * @throws ValidationError for a time that is no number: nothing would ever end the wait.
   */
  constructor(
    private readonly client: { readonly device: string },
    private readonly request: RpcRequest,
    private readonly kind: RequestKind<T>,
    private readonly options: CallOptions,
    private readonly defaults: CallOptions & Pick<ChannelOptions, "maxMessageBytes" | "maxTextBytes">,
    private readonly resolve: (value: T) => void,
    protected readonly reject: (error: unknown) => void,
    private readonly listener?: ProgressListener,
  ) {
    super();
    this.lane = kind.lane ?? "in turn";
    const { timeoutMs: time = defaults.timeoutMs } = options;
    const timeoutMs = isIdleTimeout(time) ? time.idle : time;
    if (Number.isNaN(timeoutMs)) {
      const text = "was not sent: timeoutMs is NaN, and must be milliseconds, or null to wait for ever";
      throw new ValidationError(`${subjectOf(this.place)}${text}`, this.place);
    }
  }

  get place(): ErrorPlace {
    const { device } = this.client;
    const { member } = this.kind;
    return member === undefined ? { device } : { device, member };
  }

  get signal(): AbortSignal | undefined {
    return this.options.signal ?? this.defaults.signal;
  }

  timeoutFor(peer: Peer | undefined): number | null {
    const { timeoutMs: time = this.defaults.timeoutMs } = this.options;
    this.idleMs = this.idleTimeFor(peer, time);
    if (this.idleMs !== undefined) return this.idleMs;
    const wanted = time === undefined || isIdleTimeout(time) ? this.kind.usualTimeoutMs(peer) : time;
    return peer === undefined ? (wanted ?? LONGEST_CONNECT_MS) : wanted;
  }

  private idleTimeFor(peer: Peer | undefined, time: CallOptions["timeoutMs"]): number | undefined {
    if (isIdleTimeout(time)) return time.idle;
    return time === undefined ? this.kind.usualIdleMs?.(peer) : undefined;
  }

  /**
   * Commands tell the server until when they may be started, on its own clock.
   *
   * @throws ContractError for a member that the device does not have.
   * @throws EncodingError if a value cannot be sent, or the text is larger than the device takes: it would end the
   *   connection over it.
   */
  encode(peer: Peer, until: number | null): string {
    const { clock, missing, uses } = peer;
    if (this.kind.wireName !== undefined) uses?.add(this.kind.wireName);
    const lacking = missing.get(this.kind.member ?? "");
    if (lacking !== undefined) throw notOffered(lacking, this.place);
    const deadline =
      clock === undefined || until === null
        ? undefined
        : Math.floor(clock.deadline(performance.now(), until));
    try {
      const [text, arrays] = OutgoingArrays.writing((writing) =>
        encodeRequest(requestFor(peer, this.request), {
          deadline,
          maxReplyBytes: this.replyLimitFor(peer),
          argumentName: this.kind.argumentName,
          progress: this.progressWish(peer),
          arrays: writing,
        }),
      );
      refuseArrays(arrays, peer);
      refuseTooLarge(text, arrays.bytes, peer);
      refuseExcess(text, peer);
      this.data = arrays.frame();
      return text;
    } catch (error) {
      throw withPlace(error, this.place);
    }
  }

  protected succeed(frames: ReceivedReply): void {
    try {
      const reply = decodeReply(frames, this.defaults.maxTextBytes);
      if (reply.kind === "failure") this.answeredBy(reply.failure);
      else this.resolve(this.kind.read(reply, this.place));
    } catch (error) {
      this.reject(withPlace(error, this.place));
    }
  }

  /** The device answered with a failure. */
  protected answeredBy(failure: Failure): void {
    this.reject(errorOf(failure, this.place));
  }

  protected override progressed(message: ReceivedReply): void {
    if (this.listener === undefined) return;
    let progress: ProgressMessage;
    try {
      progress = decodeProgress(message);
    } catch {
      // The number of the next one tells that it is missing.
      return;
    }
    if (progress.seq === 0) return;
    this.hasProgressed = true;
    this.listener(progress);
  }

  protected override overdueText(timeoutMs: number, where: string): string {
    const text = super.overdueText(timeoutMs, where);
    if (!this.hasProgressed || this.isRenewed) return text;
    return `${text}; it was still telling progress: with timeout: { idle: ms } only the time without progress counts`;
  }

  /** What the device is asked for beside the result; nothing where nobody wants more, or it cannot tell. */
  private progressWish(peer: Peer): ProgressWish | undefined {
    const { progress = this.defaults.progress ?? true } = this.options;
    const isWanted = (this.listener !== undefined && progress) || this.idleMs !== undefined;
    if (!isWanted || this.kind.tellsProgress?.(peer) !== true) return undefined;
    this.isRenewed = this.idleMs !== undefined;
    return { idleMs: this.idleMs };
  }

  /** What a device must know that would send more than this client takes: that would end the connection as well. */
  private replyLimitFor({ inventory }: Peer): number | undefined {
    const { maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES } = this.defaults;
    return (inventory.rigwire?.maxMessageBytes ?? 0) > maxMessageBytes ? maxMessageBytes : undefined;
  }
}

function isIdleTimeout(time: CallOptions["timeoutMs"]): time is IdleTimeout {
  return typeof time === "object" && time !== null;
}

function knowsArrays(peer: Peer): boolean {
  return offers(peer.inventory, "arrays");
}

/** An original, or an older device, is not told what it could not use. */
function requestFor(peer: Peer, request: RpcRequest): RpcRequest {
  if (request.event !== "PROPERTY_GET") return request;
  const { takesArrays, time, ...rest } = request;
  const isKnown =
    (takesArrays !== true || knowsArrays(peer)) && (time !== true || offers(peer.inventory, "time"));
  if (isKnown) return request;
  return {
    ...rest,
    ...(takesArrays === true && knowsArrays(peer) && { takesArrays }),
    ...(time === true && offers(peer.inventory, "time") && { time }),
  };
}

/** An original, or an older device, would take no notice of a second frame, and of the call neither. */
function refuseArrays({ first }: OutgoingArrays, peer: Peer): void {
  if (first === undefined || knowsArrays(peer)) return;
  const { rigwire } = peer.inventory;
  const article = /^[AEIO]/.test(first.name) || first.name === "NdArray" ? "an" : "a";
  const why =
    rigwire === undefined ? "it is no device of rigwire" : `it is an older rigwire, ${rigwire.version}`;
  throw new EncodingError(
    `${first.place} is ${article} ${first.name}, and the device takes no arrays (${why}): send a list, [...array]`,
  );
}

/** @param further - Of the arrays behind the text, in bytes. */
function refuseTooLarge(text: string, further: number, { inventory }: Peer): void {
  const limit = inventory.rigwire?.maxMessageBytes ?? Infinity;
  if (further === 0 && !isLarger(text, limit)) return;
  const bytes = frameBytes(text) + further;
  if (bytes <= limit) return;
  throw new EncodingError(
    `the request has ${bytes} bytes, more than the ${limit} that the device takes: ` +
      "raise maxMessageBytes on the server",
  );
}

/** A text that the device would refuse. An older one has no bounds but its memory. */
function refuseExcess(text: string, { inventory }: Peer): void {
  const limit = inventory.rigwire?.maxTextBytes;
  const excess = limit === undefined ? undefined : excessOfOutgoing(text, limit);
  if (excess !== undefined) throw new EncodingError(`the request ${excess}`);
}

/** The error of a value that cannot be sent, or of a reply that cannot be read, with device and member; any other as it is. */
export function withPlace(error: unknown, place: ErrorPlace): unknown {
  if (error instanceof MalformedMessageError && error.device === undefined) {
    return new MalformedMessageError(`${placeName(place)}${error.message}`, place, { cause: error });
  }
  if (!(error instanceof EncodingError)) return error;
  return new EncodingError(`${placeName(place)}${error.message}`, place, { cause: error });
}
