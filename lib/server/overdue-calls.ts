import { LinkedList, type Listed } from "../collections/linked-list";
import { Deadlines, type Due } from "../time/deadlines";
import { type FailureLog } from "./failure-log";
import { type MethodContract } from "../contract/service-contract";
import { type ServedRequest } from "./served-request";

type MethodRequest = ServedRequest<MethodContract>;

/** A method that went on beyond its beginning. */
abstract class RunningCall implements Due, Listed<RunningCall> {
  before: RunningCall | undefined = undefined;
  after: RunningCall | undefined = undefined;
  isListed = false;

  abstract get dueAt(): number;
  abstract report(): void;
}

/** Reports methods that run, or tell no progress, for longer than their own timeout, each once. */
export class OverdueCalls {
  private readonly running = new LinkedList<RunningCall>();
  private readonly deadlines = new Deadlines<RunningCall>(this.running, (overdue) => {
    this.running.delete(overdue);
    overdue.report();
  });

  constructor(private readonly log: FailureLog) {}

  /** A method went on beyond its beginning. @returns What is to be called when it has ended. */
  watch(call: MethodRequest): (() => void) | undefined {
    const running = this.runningCall(call);
    if (running === undefined) return undefined;
    this.running.add(running);
    this.deadlines.watch(running.dueAt);
    return () => this.running.delete(running);
  }

  private runningCall(call: MethodRequest): RunningCall | undefined {
    const { timeoutMs, idleMs } = call.contract;
    if (idleMs !== undefined) return new SilentCall(call, idleMs, this.log);
    if (timeoutMs === null) return undefined;
    return new TimedCall(call, timeoutMs, this.log);
  }

  close(): void {
    this.deadlines.stop();
    while (!this.running.isEmpty) this.running.shift();
  }
}

/** A call whose time runs from its beginning. */
class TimedCall extends RunningCall {
  readonly dueAt: number;

  constructor(
    private readonly call: MethodRequest,
    private readonly timeoutMs: number,
    private readonly log: FailureLog,
  ) {
    super();
    this.dueAt = performance.now() + timeoutMs;
  }

  report(): void {
    this.log.overdue(this.call, this.timeoutMs);
  }
}

/** A call whose time each progress renews. */
class SilentCall extends RunningCall {
  constructor(
    private readonly call: MethodRequest,
    private readonly idleMs: number,
    private readonly log: FailureLog,
  ) {
    super();
  }

  get dueAt(): number {
    return performance.now() + this.idleMs - this.call.silentMs;
  }

  report(): void {
    this.log.silent(this.call, this.idleMs);
  }
}
