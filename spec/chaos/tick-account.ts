import { type Restart } from "./journal";
import { type LastTick, type SignalCounts } from "./messages";

/**
 * What one client hears of one device: within a run of the device, every tick either comes, in order, or is told to be
 * missed. Where the device was started anew the end of its old run cannot be known; that is for the judge, who has the
 * device's own journal.
 */
export class TickAccount {
  private counts = { received: 0, missed: 0 };
  private last: LastTick | undefined;
  private missedSince = 0;

  constructor(
    private readonly onProblem: (text: string) => void,
    private readonly onRestart: (restart: Restart) => void,
  ) {}

  get total(): SignalCounts {
    return this.counts;
  }

  /** How far it has come, for people. */
  get position(): string {
    const last =
      this.last === undefined ? "nothing came" : `${this.last.number} of ${this.last.run} came last`;
    return `${last}, ${this.missedSince} were told to be missed after it`;
  }

  missed(count: number): void {
    this.counts.missed += count;
    this.missedSince += count;
  }

  heard(run: string, number: number): void {
    this.counts.received += 1;
    const { last, missedSince: missed } = this;
    this.last = { run, number };
    this.missedSince = 0;
    if (last === undefined) return;
    if (last.run !== run) {
      this.onRestart({ fromRun: last.run, lastNumber: last.number, toRun: run, firstNumber: number, missed });
    } else if (number - last.number - 1 !== missed) {
      this.onProblem(`tick ${number} of ${run} came after ${last.number}, with ${missed} told to be missed`);
    }
  }

  /** Whether this tick came, or was told to be missed after the last that came. */
  covers({ run, number }: LastTick): boolean {
    return this.last?.run === run && this.last.number + this.missedSince >= number;
  }
}
