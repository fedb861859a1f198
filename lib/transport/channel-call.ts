import {
  AuthenticationError,
  CallAbortedError,
  ConnectionLostError,
  DeviceUnavailableError,
  RpcTimeoutError,
  subjectOf,
} from "../errors";
import { type ReceivedReply } from "../wire/message";
import { onAbort } from "./abort-listeners";
import { type Caller, type OutgoingRequest } from "./rpc-channel";

/** One request of a channel, from the moment it is asked for until its caller knows how it ended. */
export class ChannelCall<Peer> {
  readonly startedAt = performance.now();
  /** How long the caller waits altogether; null for ever. */
  timeoutMs: number | null = null;
  /** Where it waits or was sent; to abandon it tells whether any of it may have reached the peer. */
  sent: { abandon(): boolean } | undefined;
  private stopListening: (() => void) | undefined;

  constructor(
    readonly request: OutgoingRequest<Peer>,
    private readonly caller: Caller,
    private readonly owner: { forget(call: ChannelCall<Peer>): void },
  ) {}

  /** When its time is over, on the clock of `performance.now()`. */
  get dueAt(): number {
    return this.timeoutMs === null ? Infinity : this.startedAt + this.timeoutMs;
  }

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

  onReply(frames: ReceivedReply): void {
    this.settled();
    this.caller.succeed(frames);
  }

  fail(error: unknown): void {
    this.settled();
    this.caller.fail(error);
  }

  /** The caller's time is over. */
  expire(where: string, problem: string | undefined): void {
    const { place } = this.request;
    const timeoutMs = this.timeoutMs ?? Infinity;
    if (this.sent?.abandon() === true) {
      const text = `${subjectOf(place)}got no reply within ${timeoutMs} ms (${where}); it may still be carried out`;
      this.fail(new RpcTimeoutError(text, timeoutMs, place));
    } else {
      const reason = problem === undefined ? where : `${where}: ${problem}`;
      const text = `${subjectOf(place)}was not sent: the device was not reachable within ${timeoutMs} ms (${reason})`;
      this.fail(new DeviceUnavailableError(text, place));
    }
  }

  /** The two sides do not trust each other's keys. */
  refused(refusal: AuthenticationError, where: string): void {
    const { place } = this.request;
    const text = `${subjectOf(place)}was not sent: ${refusal.message} (${where})`;
    this.fail(new AuthenticationError(text, refusal.problem, place, { cause: refusal }));
  }

  /** The connection broke while the call was on it. */
  onLost(reason: string, wasSent: boolean, where: string): void {
    const { place } = this.request;
    const outcome = wasSent ? "it may or may not have been carried out" : "it was not sent";
    this.fail(
      new ConnectionLostError(
        `${subjectOf(place)}lost its connection (${where}: ${reason}); ${outcome}`,
        place,
      ),
    );
  }

  private aborted(reason: unknown): void {
    const { place } = this.request;
    const wasSent = this.sent?.abandon() === true;
    const outcome = wasSent ? "it may still be carried out" : "it was not sent";
    this.fail(new CallAbortedError(`${subjectOf(place)}was aborted; ${outcome}`, place, { cause: reason }));
  }

  private settled(): void {
    this.stopListening?.();
    this.owner.forget(this);
  }
}
