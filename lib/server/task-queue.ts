/** Gives a promise if it is not done at once. Must not reject. */
type Task = () => Promise<void> | undefined;

/** Runs tasks one at a time, in the order in which they came: what a device's author expects of hardware. */
export class TaskQueue {
  private waiting: Task[] = [];
  private running = false;

  /** @param task - Must not reject. */
  push(task: Task): void {
    this.waiting.push(task);
    if (!this.running) void this.run();
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.waiting.length > 0) {
      // Taken as a whole: taking one after the other off a long list costs more than running them.
      const batch = this.waiting;
      this.waiting = [];
      for (const task of batch) {
        const running = task();
        if (running !== undefined) await running;
      }
    }
    this.running = false;
  }
}
