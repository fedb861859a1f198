import { type MemberContract } from "../contract/service-contract";
import { type Timer } from "../platform/platform";
import { type ClientIdentity } from "../transport/endpoint";
import { deviceFailure, failed, type Failure, type FailureReason } from "../wire/failures";
import { failureReply, type ReplyFrames } from "../wire/replies";
import { type MemberRequest } from "../wire/requests";
import { type CallContext } from "./call-context";
import { type DeviceTime } from "./device-time";
import { replyOf } from "./reply-of";

/**
 * How long after its deadline a request that runs is told to end, in milliseconds: this clock is a little ahead of the
 * caller's, who must have given up before the method fails over it. Callers that can cancel tell it sooner.
 */
const DEADLINE_GRACE_MS = 100;

const DEADLINE_PASSED = "the caller's deadline passed";

/** Where a request came from, and where its reply goes. */
export interface RequestOrigin {
  readonly client: ClientIdentity;
  /** The client's own name for the request; empty where it gave none. */
  readonly id: string;
  reply(frames: ReplyFrames): void;
}

/** How far a request has come. */
export type RequestPhase = "waiting" | "running" | "replied";

/** Gets how a request ended, in the place of its caller. */
export interface OutcomeListener {
  succeed(result: unknown): void;
  fail(failure: Failure): void;
}

/** One request for a member, from its arrival until its reply. */
export class ServedRequest<
  Member extends MemberContract = MemberContract,
  Asked extends MemberRequest = MemberRequest,
> implements CallContext {
  readonly receivedAt: number;
  private startedAt: number | undefined;
  /** Stands before the reply, where interceptors see the outcome first. */
  outcome: OutcomeListener | undefined;
  private phase: RequestPhase = "waiting";
  /** Most requests have none. */
  private phaseListeners: ((phase: RequestPhase) => void)[] | undefined;
  private controller: AbortController | undefined;
  private deadlineTimer: Timer | undefined;
  private reasonGivenUp: { readonly text: string; readonly reason: FailureReason } | undefined;

  constructor(
    readonly contract: Member,
    readonly request: Asked,
    private readonly origin: RequestOrigin,
    private readonly onReplied: (request: ServedRequest) => void,
    private readonly time: DeviceTime,
  ) {
    this.receivedAt = time.toMonotonic(time.now());
  }

  get client(): ClientIdentity {
    return this.origin.client;
  }

  get id(): string {
    return this.origin.id;
  }

  get method(): string {
    return this.contract.wireName;
  }

  get deadline(): number | undefined {
    return this.stamp === undefined ? undefined : this.time.toMonotonic(this.stamp);
  }

  /** The deadline on the server's clock, as the client stamped it. */
  get stamp(): number | undefined {
    return "deadline" in this.request ? this.request.deadline : undefined;
  }

  /** How long it has been running, in milliseconds. */
  get runningMs(): number {
    return this.startedAt === undefined ? 0 : this.time.now() - this.startedAt;
  }

  get isWaiting(): boolean {
    return this.phase === "waiting";
  }

  get isReplied(): boolean {
    return this.phase === "replied";
  }

  /** Made when it is first asked for: most methods never do. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.reasonGivenUp !== undefined) this.controller.abort(new Error(this.reasonGivenUp.text));
      else this.watchDeadline();
    }
    return this.controller.signal;
  }

  /** @param listener - Called when its turn has come, and when it is replied to. */
  onPhase(listener: (phase: RequestPhase) => void): void {
    this.phaseListeners ??= [];
    this.phaseListeners.push(listener);
  }

  /** Its turn has come. @returns Whether it is still to be carried out; if not, its caller has been told. */
  start(): boolean {
    if (this.phase !== "waiting") return false;
    if (this.isLate()) return false;
    this.enter("running");
    this.startedAt = this.time.now();
    return true;
  }

  /**
   * Whether it must not be carried out any more, after checks that took their time; then its caller has been told.
   */
  isOver(): boolean {
    if (this.phase === "replied") return true;
    if (this.reasonGivenUp !== undefined) {
      this.refuse(this.reasonGivenUp.text, this.reasonGivenUp.reason);
      return true;
    }
    return this.isLate();
  }

  /** It is not wanted any more: if it waits, it is never started; if it runs, its signal aborts. */
  giveUp(why: string, reason: FailureReason): void {
    if (this.phase === "waiting") this.refuse(why, reason);
    else this.abort(why, reason);
  }

  /** It was carried out. */
  succeed(result: unknown): void {
    if (this.outcome !== undefined) this.outcome.succeed(result);
    else this.replyWith(result);
  }

  /** It was not carried out, or failed. */
  fail(failure: Failure): void {
    if (this.outcome !== undefined) this.outcome.fail(failure);
    else this.reply(failureReply(failure));
  }

  /** Replies with a result; with a failure where it cannot be sent. */
  replyWith(result: unknown): void {
    let frames: ReplyFrames;
    try {
      frames = replyOf(this.contract, this.request, result);
    } catch (error) {
      frames = failureReply(deviceFailure(error));
    }
    this.reply(frames);
  }

  /** Replies once; what comes later is dropped. */
  reply(frames: ReplyFrames): void {
    if (this.phase === "replied") return;
    this.enter("replied");
    clearTimeout(this.deadlineTimer);
    this.onReplied(this);
    this.origin.reply(frames);
  }

  /** Ends it before it is carried out, past everything that waits for its outcome. */
  refuse(why: string, reason: FailureReason): void {
    const verb = this.request.event === "PROPERTY_SET" ? "set" : "started";
    const failure = failed(`${this.method} was not ${verb}: ${why}`, reason);
    this.fail(failure);
    this.reply(failureReply(failure));
  }

  /** The device's clock stood still: what waited is refused, and what runs past its deadline is told to end. */
  stoodStill(forMs: number): void {
    const seconds = (forMs / 1_000).toFixed(1);
    if (this.phase === "waiting") this.refuse(`the device's clock stood still for ${seconds} s`, "late");
    else if (this.stamp !== undefined && this.time.now() >= this.stamp) this.abort(DEADLINE_PASSED, "late");
  }

  private enter(phase: RequestPhase): void {
    this.phase = phase;
    for (const listener of this.phaseListeners ?? []) listener(phase);
  }

  private isLate(): boolean {
    if (this.stamp === undefined || this.time.now() < this.stamp) return false;
    this.refuse("its deadline had passed", "late");
    return true;
  }

  private abort(why: string, reason: FailureReason): void {
    this.reasonGivenUp ??= { text: why, reason };
    this.controller?.abort(new Error(why));
  }

  private watchDeadline(): void {
    if (this.stamp === undefined) return;
    const remainingMs = Math.max(this.stamp - this.time.now(), 0) + DEADLINE_GRACE_MS;
    this.deadlineTimer = setTimeout(() => this.abort(DEADLINE_PASSED, "late"), remainingMs);
  }
}
