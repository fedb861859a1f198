import { type MethodContract } from "../contract/service-contract";
import { failed, type FailureReason } from "../wire/failures";
import { failureReply, type ReplyFrames } from "../wire/replies";
import { type MethodCall } from "../wire/requests";
import { type CallContext } from "./call-context";

/**
 * How long after its deadline a call that runs is told to end, in milliseconds: this clock is a little ahead of the
 * caller's, who must have given up before the method fails over it. Callers that can cancel tell it sooner.
 */
const DEADLINE_GRACE_MS = 100;

/** Where a call came from, and where its reply goes. */
export interface CallOrigin {
  readonly client: string;
  /** The client's own name for the call; empty where it gave none. */
  readonly id: string;
  reply(frames: ReplyFrames): void;
}

/** One call of a method, from its arrival until its reply. */
export class ActiveCall implements CallContext {
  private phase: "waiting" | "running" | "replied" = "waiting";
  private controller: AbortController | undefined;
  private deadlineTimer: NodeJS.Timeout | undefined;
  private reasonGivenUp: string | undefined;

  constructor(
    readonly contract: MethodContract,
    readonly request: MethodCall,
    private readonly origin: CallOrigin,
    private readonly onReplied: (call: ActiveCall) => void,
  ) {}

  get client(): string {
    return this.origin.client;
  }

  get id(): string {
    return this.origin.id;
  }

  get method(): string {
    return this.contract.wireName;
  }

  get deadline(): number | undefined {
    return this.request.deadline;
  }

  get isWaiting(): boolean {
    return this.phase === "waiting";
  }

  get isReplied(): boolean {
    return this.phase === "replied";
  }

  /** Made when a method first asks for it: most never do. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.reasonGivenUp !== undefined) this.controller.abort(new Error(this.reasonGivenUp));
      else this.watchDeadline();
    }
    return this.controller.signal;
  }

  /** Its turn has come. @returns Whether it is still to be run; if not, its caller has been told. */
  start(): boolean {
    if (this.phase !== "waiting") return false;
    if (this.deadline !== undefined && performance.now() >= this.deadline) {
      this.refuse("its deadline had passed", "late");
      return false;
    }
    this.phase = "running";
    return true;
  }

  /** It is not wanted any more: if it waits, it is never started; if it runs, its signal aborts. */
  giveUp(why: string, reason: FailureReason): void {
    if (this.phase === "waiting") this.refuse(why, reason);
    else this.abort(why);
  }

  /** Replies once; what comes later is dropped. */
  reply(frames: ReplyFrames): void {
    if (this.phase === "replied") return;
    this.phase = "replied";
    clearTimeout(this.deadlineTimer);
    this.onReplied(this);
    this.origin.reply(frames);
  }

  private refuse(why: string, reason: FailureReason): void {
    this.reply(failureReply(failed(`${this.method} was not started: ${why}`, reason)));
  }

  private abort(why: string): void {
    this.reasonGivenUp ??= why;
    this.controller?.abort(new Error(why));
  }

  private watchDeadline(): void {
    if (this.deadline === undefined) return;
    const remainingMs = Math.max(this.deadline - performance.now(), 0) + DEADLINE_GRACE_MS;
    this.deadlineTimer = setTimeout(() => this.abort("the caller's deadline passed"), remainingMs);
  }
}
