import { type Listed } from "../collections/linked-list";
import { convertValue } from "../contract/convert-value";
import { type MemberContract } from "../contract/service-contract";
import { toWire } from "../contract/to-wire";
import { ContractError } from "../errors";
import { type Timer } from "../platform/platform";
import { MAX_TIMER_MS } from "../time/max-timer";
import { type ClientIdentity } from "../transport/endpoint";
import { deviceFailure, failed, type Failure, type FailureReason } from "../wire/failures";
import { type Frame, frameBytes } from "../wire/frame";
import { failureReply, type ReplyFrames, type ValueStamp } from "../wire/replies";
import { BEGUN, encodeProgress } from "../wire/progress";
import { type MemberRequest } from "../wire/requests";
import { type CallContext } from "./call-context";
import { type DeviceTime } from "./device-time";
import { type MemberAccount } from "./member-account";
import { replyOf } from "./reply-of";

/**
 * How long after its deadline a request that runs is told to end, in milliseconds: this clock is a little ahead of the
 * caller's, who must have given up before the method fails over it. Callers that can cancel tell it sooner.
 */
const DEADLINE_GRACE_MS = 100;

const DEADLINE_PASSED = "the caller's deadline passed";
const WAS_SILENT = "it told no progress for as long as the caller waits";

/** Where a request came from, and where its reply goes. */
export interface RequestOrigin {
  /** Who asks, or for whom the connection asks. */
  readonly client: ClientIdentity;
  /** Who is connected: what is bounded, cancelled and ended for a client is so for it. */
  readonly connection: ClientIdentity;
  /** The client's own name for the request; empty where it gave none. */
  readonly id: string;
  /** What the request took on its way. */
  readonly bytes: number;
  /** @returns What was sent: a failure in the place of a reply that is too large. */
  reply(frames: ReplyFrames): readonly Frame[];
  /**
   * Sends a progress before the reply.
   *
   * @throws EncodingError if it is too large.
   */
  progress(text: string): void;
}

/** Who is told what becomes of requests. */
export interface RequestKeeper {
  readonly time: DeviceTime;
  /** Called once for each request. */
  replied(request: ServedRequest): void;
  /** A method told what it does not declare, or what cannot be sent; called once for each request. */
  progressUnfit(request: ServedRequest, error: unknown): void;
}

/** How far a request has come. */
export type RequestPhase = "waiting" | "running" | "replied";

/** Gets how a request ended, in the place of its caller. */
export interface OutcomeListener {
  succeed(result: unknown): void;
  fail(failure: Failure): void;
}

/** An asynchronous context that can be entered again, such as an `AsyncResource`. */
export interface RequestScope {
  runInAsyncScope<T>(run: () => T): T;
}

/** One request for a member, from its arrival until its reply. */
export class ServedRequest<
  Member extends MemberContract = MemberContract,
  Asked extends MemberRequest = MemberRequest,
>
  implements CallContext, Listed<ServedRequest>
{
  before: ServedRequest | undefined = undefined;
  after: ServedRequest | undefined = undefined;
  isListed = false;
  readonly receivedAt: number;
  private startedAt: number | undefined;
  /** When it began or last told progress, on the server's clock. */
  private heardAt: number | undefined;
  /** When its turn came, on the monotonic clock. */
  private ranFrom: number | undefined;
  /** It was not carried out: what it asks for does not fit, or it was not wanted any more. */
  private isRefused = false;
  /** How often it told progress. */
  private progressCount = 0;
  private isProgressUnfit = false;
  private isForsaken = false;
  /** What is told of a property's value beside it, where that was asked for. */
  valueStamp: ValueStamp | undefined;
  /** Stands before the reply, where interceptors see the outcome first. */
  outcome: OutcomeListener | undefined;
  /** Whose asynchronous context the device works in for it; nothing where nobody has set one up. */
  scope: RequestScope | undefined;
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
    private readonly keeper: RequestKeeper,
    /** Where it is counted. */
    readonly account: MemberAccount,
  ) {
    const { time } = keeper;
    this.receivedAt = time.toMonotonic(time.now());
    account.arrived(origin.bytes);
  }

  private get time(): DeviceTime {
    return this.keeper.time;
  }

  get client(): ClientIdentity {
    return this.origin.client;
  }

  get connection(): ClientIdentity {
    return this.origin.connection;
  }

  get id(): string {
    return this.origin.id;
  }

  get method(): string {
    return this.contract.wireName;
  }

  get deadline(): number | undefined {
    const { endsAt } = this;
    return endsAt === undefined ? undefined : this.time.toMonotonic(endsAt);
  }

  /** The deadline on the server's clock, as the client stamped it. */
  get stamp(): number | undefined {
    return "deadline" in this.request ? this.request.deadline : undefined;
  }

  /** How long it has been running, in milliseconds. */
  get runningMs(): number {
    return this.startedAt === undefined ? 0 : this.time.now() - this.startedAt;
  }

  /** How long it has told nothing since it began, in milliseconds. */
  get silentMs(): number {
    return this.heardAt === undefined ? 0 : this.time.now() - this.heardAt;
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

  /** Does something for it, in its own asynchronous context: what waits gets its turn in that of another request. */
  inScope<T>(run: () => T): T {
    return this.scope === undefined ? run() : this.scope.runInAsyncScope(run);
  }

  /** Its turn has come. @returns Whether it is still to be carried out; if not, its caller has been told. */
  start(): boolean {
    if (this.phase !== "waiting") return false;
    const now = this.time.now();
    if (this.isLate(now)) return false;
    this.enter("running");
    this.startedAt = this.heardAt = now;
    this.ranFrom = this.time.toMonotonic(now);
    this.account.started(this.ranFrom - this.receivedAt);
    // The caller's time runs from when it asked: it may have waited for long.
    if (this.idleMs !== undefined && this.wantsProgress) this.sendProgress(BEGUN);
    return true;
  }

  /** Made when it is first asked for, as most methods never do: whoever takes it out of the context may call it alone. */
  get progress(): (value: unknown) => void {
    return (value) => this.tellDeclared(value);
  }

  private tellDeclared(value: unknown): void {
    if (this.contract.kind !== "method" || this.contract.progress === undefined) {
      const { member } = this.contract;
      throw new ContractError(
        `${member} tells progress, but does not declare it: say of which type it is, as in ` +
          "@JsonMethod({ progress: Number })",
        { member },
      );
    }
    this.tell(value);
  }

  /** It has come so far. What is not of the declared type, or cannot be sent, is logged. */
  tell(value: unknown): void {
    if (this.phase !== "running") return;
    this.heardAt = this.time.now();
    if (!this.wantsProgress) return;
    this.progressCount += 1;
    try {
      this.sendProgress(encodeProgress(this.progressCount, this.progressToSend(value)));
    } catch (error) {
      if (!this.isProgressUnfit) this.keeper.progressUnfit(this, error);
      this.isProgressUnfit = true;
    }
  }

  /** Its caller is gone, and it goes on: nobody hears of it any more. */
  forsake(): void {
    this.isForsaken = true;
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
    return this.isLate(this.time.now());
  }

  /** It is not wanted any more: if it waits, it is never started; if it runs, its signal aborts. */
  giveUp(why: string, reason: FailureReason): void {
    if (this.phase === "waiting") this.refuse(why, reason);
    else this.abort(why, reason);
  }

  /** It was told to end while it ran, and did. */
  ended(): void {
    this.fail(this.endFailure);
  }

  /** What its caller gets where it was told to end while it ran. */
  get endFailure(): Failure {
    const { text, reason } = this.reasonGivenUp ?? { text: DEADLINE_PASSED, reason: "late" };
    // Of what is busy, nothing was carried out.
    return failed(`${this.method} was ended while it ran: ${text}`, reason === "busy" ? undefined : reason);
  }

  /** Its caller may now pull the items of the stream that it opened. */
  opened(): void {
    this.sendProgress(BEGUN);
  }

  /** It was carried out. */
  succeed(result: unknown): void {
    if (this.outcome !== undefined) this.outcome.succeed(result);
    else this.replyWith(result);
  }

  /** It was not carried out, or failed. */
  fail(failure: Failure): void {
    if (this.outcome !== undefined) this.outcome.fail(failure);
    else this.replyWithFailure(failure);
  }

  /** What it asks for cannot be carried out: the device is not reached. */
  reject(failure: Failure): void {
    this.isRefused = true;
    this.fail(failure);
  }

  /** Replies with a result; with a failure where it cannot be sent. */
  replyWith(result: unknown): void {
    let frames: ReplyFrames;
    try {
      frames = replyOf(this.contract, this.request, result, this.valueStamp);
    } catch (error) {
      this.replyWithFailure(deviceFailure(error));
      return;
    }
    this.reply(frames, false);
  }

  replyWithFailure(failure: Failure): void {
    this.reply(failureReply(failure), true);
  }

  /** Replies once; what comes later is dropped. */
  private reply(frames: ReplyFrames, isFailure: boolean): void {
    if (this.phase === "replied") return;
    this.isRefused ||= this.phase === "waiting";
    this.enter("replied");
    clearTimeout(this.deadlineTimer);
    this.keeper.replied(this);
    const sent = this.origin.reply(frames);
    this.count(sent, isFailure || sent !== frames);
  }

  private count(sent: readonly Frame[], isFailure: boolean): void {
    const { account, ranFrom } = this;
    for (const frame of sent) account.sent(frameBytes(frame));
    const outcome = !isFailure ? "done" : this.isRefused ? "refused" : "failed";
    account.ended(outcome, ranFrom === undefined ? undefined : this.time.monotonic() - ranFrom);
  }

  /** Ends it before it is carried out, past everything that waits for its outcome. */
  refuse(why: string, reason: FailureReason): void {
    const verb = this.request.event === "PROPERTY_SET" ? "set" : "started";
    const failure = failed(`${this.method} was not ${verb}: ${why}`, reason);
    this.reject(failure);
    this.replyWithFailure(failure);
  }

  /** The device's clock stood still: what waited is refused, and what runs past its deadline is told to end. */
  stoodStill(forMs: number): void {
    const seconds = (forMs / 1_000).toFixed(1);
    if (this.phase === "waiting") this.refuse(`the device's clock stood still for ${seconds} s`, "late");
    else if (this.endsAt !== undefined && this.time.now() >= this.endsAt) this.abortLate();
  }

  private sendProgress(text: string): void {
    this.origin.progress(text);
    this.account.sent(frameBytes(text));
  }

  private enter(phase: RequestPhase): void {
    this.phase = phase;
    for (const listener of this.phaseListeners ?? []) listener(phase);
  }

  private isLate(now: number): boolean {
    if (this.stamp === undefined || now < this.stamp) return false;
    this.refuse("its deadline had passed", "late");
    return true;
  }

  private abort(why: string, reason: FailureReason): void {
    this.reasonGivenUp ??= { text: why, reason };
    clearTimeout(this.deadlineTimer);
    this.controller?.abort(new Error(why));
  }

  private abortLate(): void {
    this.abort(this.idleMs === undefined ? DEADLINE_PASSED : WAS_SILENT, "late");
  }

  private watchDeadline(): void {
    if (this.endsAt === undefined || this.phase === "replied") return;
    const remainingMs = this.endsAt - this.time.now() + DEADLINE_GRACE_MS;
    if (remainingMs <= 0) {
      this.abortLate();
      return;
    }
    // Progress may have renewed the time until then.
    this.deadlineTimer = setTimeout(() => this.watchDeadline(), Math.min(remainingMs, MAX_TIMER_MS));
  }

  /** When its caller stops waiting, on the server's clock: once it runs, progress renews the time where that was asked for. */
  private get endsAt(): number | undefined {
    // A stream is to be opened until then; its reader waits for each item anew.
    if (this.heardAt !== undefined && this.isStream) return undefined;
    const { idleMs } = this;
    return idleMs === undefined || this.heardAt === undefined ? this.stamp : this.heardAt + idleMs;
  }

  private get isStream(): boolean {
    return this.contract.kind === "method" && this.contract.stream !== undefined;
  }

  private get idleMs(): number | undefined {
    return "idle" in this.request ? this.request.idle : undefined;
  }

  /** One without a name cannot be told from the reply. */
  private get wantsProgress(): boolean {
    return "progress" in this.request && this.request.progress === true && this.id !== "" && !this.isForsaken;
  }

  private progressToSend(value: unknown): unknown {
    const type = this.contract.kind === "method" ? this.contract.progress : undefined;
    return type === undefined ? value : toWire(type, convertValue(type, value, "progress", []));
  }
}
