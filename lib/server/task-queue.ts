import { LinkedList, type Listed } from "../collections/linked-list";

/** Gives a promise if it is not done at once. Must not reject. */
type Task = () => Promise<void> | undefined;

/** A task's place in a queue. */
export class Turn implements Listed<Turn> {
  before: Turn | undefined = undefined;
  after: Turn | undefined = undefined;
  isListed = false;

  constructor(readonly run: Task) {}
}

/** Runs tasks one at a time, in the order in which they came: what a device's author expects of hardware. */
export class TaskQueue {
  /** One that is not wanted any more leaves at once, with all that it holds. */
  private readonly waiting = new LinkedList<Turn>();
  private isRunning = false;

  /**
   * Runs a task when it is its turn: at once, where nothing waits or runs.
   *
   * @param task - Must not reject.
   * @returns Its place, for {@link delete}.
   */
  push(task: Task): Turn {
    const turn = new Turn(task);
    this.waiting.add(turn);
    if (!this.isRunning) this.runOn();
    return turn;
  }

  /** Takes a task out, if it still waits. */
  delete(turn: Turn): void {
    this.waiting.delete(turn);
  }

  private runOn(): void {
    this.isRunning = true;
    for (let turn = this.waiting.shift(); turn !== undefined; turn = this.waiting.shift()) {
      const running = turn.run();
      if (running === undefined) continue;
      void running.then(() => this.runOn());
      return;
    }
    this.isRunning = false;
  }
}
