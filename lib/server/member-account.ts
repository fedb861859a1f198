import { type Subject } from "rxjs";
import { type MemberStats, type MemberUse } from "../wire/device-stats";
import { DurationHistogram } from "./duration-histogram";

/** How a request ended. */
export type RequestOutcome = "done" | "failed" | "refused";

/** How long one request waited for its turn, or ran. */
export interface RequestDuration {
  /** The member's name on the wire. */
  readonly member: string;
  readonly use: MemberUse;
  readonly phase: "wait" | "run";
  readonly ms: number;
}

/** What became of one member's requests of one kind, counted while they come and go: nothing is kept of any of them. */
export class MemberAccount {
  private calls = 0;
  private failures = 0;
  private refusals = 0;
  private waiting = 0;
  private running = 0;
  private bytesIn = 0;
  private bytesOut = 0;
  private items = 0;
  private readonly waits = new DurationHistogram();
  private readonly runs = new DurationHistogram();

  /** @param durations - Gets each that is counted, while somebody listens. */
  constructor(
    private readonly member: string,
    private readonly use: MemberUse,
    private readonly durations: Subject<RequestDuration>,
  ) {}

  /** Whether there ever was any. */
  get isUsed(): boolean {
    return this.calls > 0;
  }

  arrived(bytes: number): void {
    this.calls += 1;
    this.waiting += 1;
    this.bytesIn += bytes;
  }

  /** Its turn has come. */
  started(waitedMs: number): void {
    this.waiting -= 1;
    this.running += 1;
    this.waits.add(waitedMs);
    if (this.durations.observed) this.tell("wait", waitedMs);
  }

  /** @param ranMs - Left out where its turn did not come. */
  ended(outcome: RequestOutcome, ranMs: number | undefined): void {
    if (outcome === "failed") this.failures += 1;
    else if (outcome === "refused") this.refusals += 1;
    if (ranMs === undefined) {
      this.waiting -= 1;
    } else {
      this.running -= 1;
      this.runs.add(ranMs);
      if (this.durations.observed) this.tell("run", ranMs);
    }
  }

  sent(bytes: number): void {
    this.bytesOut += bytes;
  }

  sentItems(count: number): void {
    this.items += count;
  }

  read(): MemberStats {
    const { member, use, calls, failures, refusals, waiting, running, bytesOut, items } = this;
    const [wait, run] = [this.waits.read(), this.runs.read()];
    const bytesIn = Math.round(this.bytesIn);
    return { member, use, calls, failures, refusals, waiting, running, wait, run, bytesIn, bytesOut, items };
  }

  private tell(phase: RequestDuration["phase"], ms: number): void {
    this.durations.next({ member: this.member, use: this.use, phase, ms });
  }
}
