export interface Task {
  /** Must not reject. */
  run(): Promise<void>;
  /** Told in place of being run, when the queue closes first. */
  drop(): void;
}

/** Runs tasks one at a time, in the order in which they came: what a device's author expects of hardware. */
export class TaskQueue {
  private waiting: Task[] = [];
  private running = false;
  private closed = false;

  push(task: Task): void {
    if (this.closed) {
      task.drop();
      return;
    }
    this.waiting.push(task);
    if (!this.running) void this.run();
  }

  /** Drops what waits; what runs goes on to its end. */
  close(): void {
    this.closed = true;
    const dropped = this.waiting;
    this.waiting = [];
    for (const task of dropped) task.drop();
  }

  private async run(): Promise<void> {
    this.running = true;
    for (let task = this.waiting.shift(); task !== undefined; task = this.waiting.shift()) await task.run();
    this.running = false;
  }
}
