import {
  AuthenticationError,
  CallAbortedError,
  ConnectionLostError,
  DeviceUnavailableError,
  RpcTimeoutError,
  subjectOf,
  type ErrorPlace,
} from "../errors";
import { type Listed } from "../collections/linked-list";
import { type Lane } from "../contract/lane";
import { type ReceivedReply } from "../wire/message";
import { onAbort } from "../time/abort-listeners";
import { type Exchange, type SentRequest } from "./exchange";

/** How long before its end a call is looked into: in parts of its time, and in milliseconds at most. */
const LOOK_PART = 0.25;
const LONGEST_LOOK_MS = 250;

/**
 * One request of a client, from the moment it is asked for until its caller knows how it ended: the one object that
 * goes from the caller through the channel to the connection and back. What it asks, and what becomes of the reply, is
 * the business of the class that extends it.
 */
export abstract class PendingCall<Peer> implements SentRequest, Listed<PendingCall<Peer>> {
  readonly startedAt = performance.now();
  /** How long the caller waits; null for ever. */
  timeoutMs: number | null = null;
  /** From when on: progress renews the time where it is the time without any. */
  private waitsFrom = this.startedAt;
  id = 0;
  /** What it is counted with where room is limited. */
  readonly lane: Lane = "in turn";
  /** Made when it leaves. */
  body = "";
  /** The arrays that it refers to; made with it. */
  data: Uint8Array | undefined = undefined;
  isSent = false;
  isDropped = false;
  before: PendingCall<Peer> | undefined = undefined;
  after: PendingCall<Peer> | undefined = undefined;
  isListed = false;
  /** Where it was handed over. */
  private exchange: Exchange | undefined;
  private owner: { forget(call: PendingCall<Peer>): void } | undefined;
  private isLookedInto = false;
  private stopListening: (() => void) | undefined;

  /** What it is about, for errors. */
  abstract readonly place: ErrorPlace;
  /** Ends the wait early. */
  abstract readonly signal: AbortSignal | undefined;

  /** Whether its time begins anew with each progress. */
  protected isRenewed = false;

  /** How long the caller waits, in milliseconds; null waits for ever once it is connected. */
  abstract timeoutFor(peer: Peer | undefined): number | null;

  /**
   * The text of the request, made when it leaves, so that it fits the device that is connected then. Sets
   * {@link data} where arrays go with it.
   *
   * @param until - When the caller's time is over, on the clock of `performance.now()`; null for never.
   * @throws whatever the request shall fail with.
   */
  abstract encode(peer: Peer, until: number | null): string;

  /** The reply came. Called once, unless `fail` is. */
  protected abstract succeed(frames: ReceivedReply): void;
  /** It ended without a reply. Called once, unless `succeed` is. */
  protected abstract reject(error: unknown): void;

  /** When something is to be done about it, on the clock of `performance.now()`: at last, when its time is over. */
  get dueAt(): number {
    if (this.timeoutMs === null) return Infinity;
    const end = this.waitsFrom + this.timeoutMs;
    return this.isLookedInto || this.exchange === undefined ? end : end - this.lookMs(this.timeoutMs);
  }

  /**
   * Its time is almost over, and nobody looked yet what holds it up.
   *
   * @returns Once whether it is so; then its time runs on.
   */
  isToBeLookedInto(): boolean {
    if (this.isLookedInto || this.exchange === undefined) return false;
    this.isLookedInto = true;
    return performance.now() < this.dueAt;
  }

  /** Begins the wait: watches the caller's signal; ends the call at once if it was aborted before. */
  begin(owner: { forget(call: PendingCall<Peer>): void }): void {
    this.owner = owner;
    const { signal } = this;
    if (signal === undefined) return;
    const abort = () => this.aborted(signal.reason);
    if (signal.aborted) {
      abort();
      return;
    }
    this.stopListening = onAbort(signal, abort);
  }

  /** Hands it over to a connection. */
  sendOver(exchange: Exchange, body: string): void {
    this.exchange = exchange;
    this.body = body;
    exchange.request(this);
  }

  onProgress(message: ReceivedReply): void {
    if (this.isRenewed) {
      this.waitsFrom = performance.now();
      this.isLookedInto = false;
    }
    this.progressed(message);
  }

  onReply(frames: ReceivedReply): void {
    this.settled();
    this.succeed(frames);
  }

  fail(error: unknown): void {
    this.settled();
    this.reject(error);
  }

  /**
   * The caller's time is over.
   *
   * @param problem - Why it was not sent.
   * @param holdup - Why there is no reply.
   */
  expire(where: string, problem: string | undefined, holdup: string | undefined): void {
    const timeoutMs = this.timeoutMs ?? Infinity;
    if (this.abandon()) {
      const because = holdup === undefined ? "" : `; ${holdup}`;
      const text = `${subjectOf(this.place)}${this.overdueText(timeoutMs, where)}${because}`;
      this.fail(new RpcTimeoutError(text, timeoutMs, this.place));
    } else {
      const reason = problem === undefined ? where : `${where}: ${problem}`;
      const text = `${subjectOf(this.place)}was not sent: the device was not reachable within ${timeoutMs} ms (${reason})`;
      this.fail(new DeviceUnavailableError(text, this.place));
    }
  }

  /** What an error says of it when its time is over. */
  protected overdueText(timeoutMs: number, where: string): string {
    const what = this.isRenewed
      ? `told no progress for ${timeoutMs} ms`
      : `got no reply within ${timeoutMs} ms`;
    return `${what} (${where}); it may still be carried out`;
  }

  /**
   * The two sides do not trust each other's keys.
   *
   * @param where - Nothing where the refusal says by itself whose it is.
   */
  refused(refusal: AuthenticationError, where: string | undefined): void {
    const at = where === undefined ? "" : ` (${where})`;
    const text = `${subjectOf(this.place)}was not sent: ${refusal.message}${at}`;
    this.fail(new AuthenticationError(text, refusal.problem, this.place, { cause: refusal }));
  }

  /** The connection broke while the call was on it. */
  onLost(reason: string, wasSent: boolean, where: string): void {
    const outcome = wasSent ? "it may or may not have been carried out" : "it was not sent";
    const text = `${subjectOf(this.place)}lost its connection (${where}: ${reason}); ${outcome}`;
    this.fail(new ConnectionLostError(text, this.place));
  }

  /** Something came before the reply. */
  protected progressed(_message: ReceivedReply): void {
    // Most requests did not ask for it.
  }

  private aborted(reason: unknown): void {
    const outcome = this.abandon() ? "it may still be carried out" : "it was not sent";
    const text = `${subjectOf(this.place)}was aborted; ${outcome}`;
    this.fail(new CallAbortedError(text, this.place, { cause: reason }));
  }

  /** @returns Whether any of it may have reached the device. */
  private abandon(): boolean {
    return this.exchange?.abandon(this) === true;
  }

  private lookMs(timeoutMs: number): number {
    return Math.min(timeoutMs * LOOK_PART, LONGEST_LOOK_MS);
  }

  private settled(): void {
    this.stopListening?.();
    this.owner?.forget(this);
  }
}
