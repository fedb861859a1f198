import { Arg, CallContext, JsonMethod, RpcService } from "../../lib/index";

/** Moves until it is told to end, and remembers who told it what. */
@RpcService({ type: "stage" })
export class WatchedStage {
  /** Each move that began, in order. */
  readonly began: string[] = [];
  /** Why the signal of a move aborted. */
  readonly reasons = new Map<string, string>();
  private readonly arrivals = new Map<string, () => void>();

  @JsonMethod({ timeout: 60_000 })
  async moveTo(@Arg("name") name: string): Promise<string> {
    return this.move(name);
  }

  @JsonMethod({ timeout: 60_000, onCallerLost: "continue" })
  async park(@Arg("name") name: string): Promise<string> {
    return this.move(name);
  }

  /** Begins at once, and ends when it is let. */
  @JsonMethod({ timeout: 60_000, interrupts: true })
  async brake(@Arg("name") name: string): Promise<string> {
    return this.move(name);
  }

  @JsonMethod({ interrupts: true })
  stop(): string {
    this.began.push("stop");
    return "stopped";
  }

  /** Goes on beside the moves. */
  @JsonMethod({ timeout: 60_000, concurrent: true })
  async watch(@Arg("name") name: string): Promise<string> {
    return this.move(name);
  }

  /** Lets a move come to its end. */
  arrive(name: string): void {
    this.arrivals.get(name)?.();
  }

  private async move(name: string): Promise<string> {
    const { signal } = CallContext.current();
    this.began.push(name);
    await new Promise<void>((resolve) => {
      this.arrivals.set(name, resolve);
      signal.addEventListener("abort", () => {
        this.reasons.set(name, (signal.reason as Error).message);
        resolve();
      });
    });
    this.arrivals.delete(name);
    return name;
  }
}
