import { ExperimentEvent } from "./experiment-event";
import { ExperimentFailedError, type ExperimentOutcome, ExperimentTimeoutError } from "./rig-errors";

/** What came after the code in each rig's answer, by rig name, in the order of the rigs. */
export type RigAnswers = ReadonlyMap<string, readonly unknown[]>;

/** How far a round is: one event that every rig is to answer. */
export interface RigProgress extends ExperimentOutcome {
  /** `EXPSTART`, or several names joined by ` | `. */
  readonly name: string;
  /** All rigs of the round. */
  readonly rigs: readonly string[];
  /** The rigs that have neither answered nor failed. */
  readonly waiting: readonly string[];
  readonly finished: boolean;
}

/** Collects how each rig did in one round. */
export class RigRound {
  private readonly answers = new Map<string, readonly unknown[]>();
  private readonly failures = new Map<string, Error>();
  private readonly skipped: string[] = [];

  /** @param onProgress - Called with each change, and once at the beginning. */
  constructor(
    private readonly events: number,
    private readonly rigs: readonly string[],
    private readonly onProgress: (progress: RigProgress) => void,
  ) {
    this.report();
  }

  get hasFailed(): boolean {
    return this.failures.size > 0;
  }

  /** Waits for one rig; never rejects. */
  async settle(rig: string, answer: Promise<{ readonly body: readonly unknown[] }>): Promise<void> {
    try {
      this.answers.set(rig, (await answer).body);
    } catch (error) {
      this.failures.set(rig, error instanceof Error ? error : new Error(String(error)));
    }
    this.report();
  }

  skip(rig: string): void {
    this.skipped.push(rig);
    this.report();
  }

  /** @throws ExperimentTimeoutError if a rig was silent, ExperimentFailedError if one failed. */
  result(): RigAnswers {
    const outcome = this.outcome();
    if (this.hasFailed) throw failureOf(outcome);
    return outcome.answers;
  }

  private outcome(): ExperimentOutcome {
    const { events, rigs } = this;
    return {
      events,
      answers: inOrder(rigs, this.answers),
      failures: inOrder(rigs, this.failures),
      skipped: [...this.skipped],
    };
  }

  private report(): void {
    const { answers, failures, skipped } = this;
    const waiting = this.rigs.filter(
      (rig) => !answers.has(rig) && !failures.has(rig) && !skipped.includes(rig),
    );
    this.onProgress({
      ...this.outcome(),
      name: ExperimentEvent.nameOf(this.events),
      rigs: this.rigs,
      waiting,
      finished: waiting.length === 0,
    });
  }
}

function failureOf(outcome: ExperimentOutcome): ExperimentFailedError {
  const failure = new ExperimentFailedError(outcome);
  return failure.silent.length > 0 ? new ExperimentTimeoutError(outcome) : failure;
}

function inOrder<T>(rigs: readonly string[], values: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  const order = (name: string) => rigs.indexOf(name);
  return new Map([...values].sort(([one], [other]) => order(one) - order(other)));
}
