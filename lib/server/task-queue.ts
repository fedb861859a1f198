/** Runs tasks one at a time, in the order in which they came: what a device's author expects of hardware. */
export class TaskQueue {
  private waiting: (() => Promise<void>)[] = [];
  private running = false;

  /** @param task - Must not reject. */
  push(task: () => Promise<void>): void {
    this.waiting.push(task);
    if (!this.running) void this.run();
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.waiting.length > 0) {
      // Taken as a whole: taking one after the other off a long list costs more than running them.
      const batch = this.waiting;
      this.waiting = [];
      for (const task of batch) await task();
    }
    this.running = false;
  }
}
