/** Runs tasks one at a time, in the order in which they came: what a device's author expects of hardware. */
export class TaskQueue {
  private readonly waiting: (() => Promise<void>)[] = [];
  private running = false;

  /** @param task - Must not reject. */
  push(task: () => Promise<void>): void {
    this.waiting.push(task);
    if (!this.running) void this.run();
  }

  private async run(): Promise<void> {
    this.running = true;
    for (let task = this.waiting.shift(); task !== undefined; task = this.waiting.shift()) await task();
    this.running = false;
  }
}
