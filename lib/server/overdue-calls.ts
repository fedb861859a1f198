import { Deadlines, type Due } from "../time/deadlines";
import { type FailureLog } from "./failure-log";
import { type MethodContract } from "../contract/service-contract";
import { type ServedRequest } from "./served-request";

interface RunningCall extends Due {
  readonly call: ServedRequest<MethodContract>;
  readonly timeoutMs: number;
}

/** Reports methods that run for longer than their own timeout, each once. */
export class OverdueCalls {
  private readonly running = new Set<RunningCall>();
  private readonly deadlines = new Deadlines<RunningCall>(this.running, (overdue) => {
    this.running.delete(overdue);
    this.log.overdue(overdue.call, overdue.timeoutMs);
  });

  constructor(private readonly log: FailureLog) {}

  /** A method went on beyond its beginning. @returns What is to be called when it has ended. */
  watch(call: ServedRequest<MethodContract>): (() => void) | undefined {
    const { timeoutMs } = call.contract;
    if (timeoutMs === null) return undefined;
    const running = { call, timeoutMs, dueAt: performance.now() + timeoutMs };
    this.running.add(running);
    this.deadlines.watch(running.dueAt);
    return () => this.running.delete(running);
  }

  close(): void {
    this.running.clear();
    this.deadlines.stop();
  }
}
