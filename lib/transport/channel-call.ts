import {
  AuthenticationError,
  CallAbortedError,
  ConnectionLostError,
  DeviceUnavailableError,
  placeName,
  RpcTimeoutError,
} from "../errors";
import { type ReceivedReply } from "../wire/message";
import { onAbort } from "./abort-listeners";
import { type OutgoingRequest } from "./rpc-channel";

/** One request of a channel, from the moment it is asked for until its promise is settled. */
export class ChannelCall<Peer> {
  readonly startedAt = performance.now();
  /** Takes the request back from the connection; tells whether any of it may have reached the peer. */
  abandon: (() => boolean) | undefined;
  /** How long the caller waits altogether; null for ever. */
  timeoutMs: number | null = null;
  private stopListening: (() => void) | undefined;

  constructor(
    readonly request: OutgoingRequest<Peer>,
    private readonly resolve: (frames: ReceivedReply) => void,
    private readonly reject: (error: unknown) => void,
    private readonly onSettled: (call: ChannelCall<Peer>) => void,
  ) {}

  /** Watches the caller's signal; ends the call at once if it was aborted before. */
  listen(): void {
    const { signal } = this.request;
    if (signal === undefined) return;
    const abort = () => this.aborted(signal.reason);
    if (signal.aborted) {
      abort();
      return;
    }
    this.stopListening = onAbort(signal, abort);
  }

  succeed(frames: ReceivedReply): void {
    this.settled();
    this.resolve(frames);
  }

  fail(error: unknown): void {
    this.settled();
    this.reject(error);
  }

  /** The caller's time is over. */
  expire(where: string, problem: string | undefined): void {
    const { place } = this.request;
    const timeoutMs = this.timeoutMs ?? Infinity;
    if (this.abandon?.() === true) {
      const text = `${subject(place)}got no reply within ${timeoutMs} ms (${where}); it may still be carried out`;
      this.fail(new RpcTimeoutError(text, timeoutMs, place));
    } else {
      const reason = problem === undefined ? where : `${where}: ${problem}`;
      const text = `${subject(place)}was not sent: the device was not reachable within ${timeoutMs} ms (${reason})`;
      this.fail(new DeviceUnavailableError(text, place));
    }
  }

  /** The two sides do not trust each other's keys. */
  refused(refusal: AuthenticationError, where: string): void {
    const { place } = this.request;
    const text = `${subject(place)}was not sent: ${refusal.message} (${where})`;
    this.fail(new AuthenticationError(text, place, { cause: refusal }));
  }

  /** The connection broke while the call was on it. */
  lost(reason: string, wasSent: boolean, where: string): void {
    const { place } = this.request;
    const outcome = wasSent ? "it may or may not have been carried out" : "it was not sent";
    this.fail(
      new ConnectionLostError(
        `${subject(place)}lost its connection (${where}: ${reason}); ${outcome}`,
        place,
      ),
    );
  }

  private aborted(reason: unknown): void {
    const { place } = this.request;
    const wasSent = this.abandon?.() === true;
    const outcome = wasSent ? "it may still be carried out" : "it was not sent";
    this.fail(new CallAbortedError(`${subject(place)}was aborted; ${outcome}`, place, { cause: reason }));
  }

  private settled(): void {
    this.stopListening?.();
    this.onSettled(this);
  }
}

/** `cam-1.getImage `: what a sentence about a call begins with. */
function subject(place: OutgoingRequest<unknown>["place"]): string {
  return placeName(place).replace(": ", " ");
}
