/** Gives a promise if it is not done at once. Must not reject. */
type Task = () => Promise<void> | undefined;

/** Runs tasks one at a time, in the order in which they came: what a device's author expects of hardware. */
export class TaskQueue {
  /** In their order; one that is not wanted any more leaves at once, with all that it holds. */
  private readonly waiting = new Set<Task>();
  private running = false;

  /** @param task - Must not reject. Another function than any that waits. */
  push(task: Task): void {
    this.waiting.add(task);
    if (!this.running) void this.run();
  }

  /** Takes a task out, if it still waits. */
  delete(task: Task): void {
    this.waiting.delete(task);
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.waiting.size > 0) {
      for (const task of this.waiting) {
        this.waiting.delete(task);
        const running = task();
        if (running !== undefined) await running;
      }
    }
    this.running = false;
  }
}
