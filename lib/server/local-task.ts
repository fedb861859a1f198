import { AsyncResource } from "node:async_hooks";
import { deferred } from "../time/deferred";

/** A task of this process that takes its turn with a device's methods. */
export class LocalTask<T> {
  private readonly outcome = deferred<T>();
  /** What the task gives, or why it was not started. */
  readonly result: Promise<T> = this.outcome.promise;
  private readonly controller = new AbortController();
  /** Its turn comes in the asynchronous context of what came before it. */
  private readonly scope = new AsyncResource("RIGWIRE_TASK");
  private phase: "waiting" | "running" | "done" = "waiting";

  constructor(private readonly task: (signal: AbortSignal) => T | Promise<T>) {}

  /** Its turn has come. Does not throw. */
  run(): Promise<void> {
    return this.scope.runInAsyncScope(() => this.runNow());
  }

  private async runNow(): Promise<void> {
    if (this.phase !== "waiting") return;
    this.phase = "running";
    try {
      this.outcome.resolve(await this.task(this.controller.signal));
    } catch (error) {
      this.outcome.reject(error);
    }
    this.phase = "done";
  }

  /** Refuses it if it waits. */
  refuse(error: Error): void {
    if (this.phase !== "waiting") return;
    this.phase = "done";
    this.outcome.reject(error);
  }

  /** Aborts its signal if it runs. */
  abort(reason: Error): void {
    if (this.phase === "running") this.controller.abort(reason);
  }
}
