import { setTimeout as delay } from "node:timers/promises";
import { injectable, RigServices, type RigAnswers } from "rigwire";

const INTERRUPT_WITHIN_MS = 1_000;

/** What became of an experiment. */
export interface ExperimentReport {
  /** What each rig said when it had put its data away. */
  readonly answers: RigAnswers;
  /** One for each event that not all rigs dealt with. */
  readonly problems: readonly Error[];
}

/** The main rig's part in an experiment: tells the others what to do, one event after the other. */
@injectable()
export class ExperimentRun {
  constructor(private readonly rigs: RigServices) {}

  /** Runs through all events. If a rig fails nothing more begins, but all that has begun is stopped and put away. */
  async run(reference: string, seconds: number): Promise<ExperimentReport> {
    const problems: Error[] = [];
    const attempt = async <T>(step: () => Promise<T>): Promise<T | undefined> => {
      try {
        return await step();
      } catch (error) {
        problems.push(error instanceof Error ? error : new Error(String(error)));
        return undefined;
      }
    };
    await attempt(async () => {
      await this.rigs.init();
      await this.rigs.start(reference);
      await delay(seconds * 500);
      await this.rigs.status("running");
      await delay(seconds * 500);
    });
    await attempt(() => this.rigs.stop());
    const answers = await attempt(() => this.rigs.cleanup());
    return { answers: answers ?? new Map(), problems };
  }

  /** Stops every rig at once, and waits no longer than a person would. */
  async interrupt(): Promise<void> {
    await this.rigs.stop(null, { immediately: true, answerTimeoutMs: INTERRUPT_WITHIN_MS });
  }
}
