import { Deadlines, type Due } from "../time/deadlines";
import { type FailureLog } from "./failure-log";
import { type MethodContract } from "../contract/service-contract";
import { type ServedRequest } from "./served-request";

type MethodRequest = ServedRequest<MethodContract>;

interface RunningCall extends Due {
  report(): void;
}

/** Reports methods that run, or tell no progress, for longer than their own timeout, each once. */
export class OverdueCalls {
  private readonly running = new Set<RunningCall>();
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
    return { report: () => this.log.overdue(call, timeoutMs), dueAt: performance.now() + timeoutMs };
  }

  close(): void {
    this.running.clear();
    this.deadlines.stop();
  }
}

/** A call whose time each progress renews. */
class SilentCall implements RunningCall {
  constructor(
    private readonly call: MethodRequest,
    private readonly idleMs: number,
    private readonly log: FailureLog,
  ) {}

  get dueAt(): number {
    return performance.now() + this.idleMs - this.call.silentMs;
  }

  report(): void {
    this.log.silent(this.call, this.idleMs);
  }
}
