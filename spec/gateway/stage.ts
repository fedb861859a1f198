import { Subject } from "rxjs";
import {
  Arg,
  BufferMethod,
  CallContext,
  clientOf,
  type ClientOptions,
  connect,
  JsonMethod,
  type Remote,
  RpcProperty,
  RpcService,
  Signal,
  StreamMethod,
} from "../../lib/index";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";

/** A device with everything that passes a gateway. */
@RpcService({ type: "stage" })
export class Stage {
  @Signal(Number) readonly positionChanged = new Subject<number>();
  @Signal(Number) readonly level = new Subject<number>();

  @RpcProperty({ notify: "positionChanged" }) position: number = 0;

  /** What was begun, and how it ended. */
  readonly journal: string[] = [];

  @JsonMethod() double(@Arg("value") value: number): number {
    return value * 2;
  }

  @JsonMethod() fail(): void {
    throw new Error("the motor is blocked");
  }

  /** Runs until it is told to end. */
  @JsonMethod({ timeout: 60_000 })
  async wander(@Arg("name") name: string): Promise<void> {
    const { signal } = CallContext.current();
    this.journal.push(`${name} begun`);
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    this.journal.push(`${name} ended: ${(signal.reason as Error).message}`);
    signal.throwIfAborted();
  }

  finish: () => void = () => undefined;

  /** Runs to its end, whoever is gone. */
  @JsonMethod({ timeout: 60_000, onCallerLost: "continue" })
  async park(): Promise<void> {
    const { signal } = CallContext.current();
    this.journal.push("park begun");
    signal.addEventListener("abort", () => this.journal.push("park aborted"));
    await new Promise<void>((resolve) => (this.finish = resolve));
    this.journal.push("park ended");
  }

  @JsonMethod({ interrupts: true }) stop(): void {
    this.journal.push("stopped");
  }

  @JsonMethod({ progress: Number })
  async *scan(@Arg("steps") steps: number): AsyncGenerator<number, string> {
    for (let step = 1; step <= steps; step++) {
      yield step;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return "scanned";
  }

  @BufferMethod() picture(@Arg("bytes") bytes: number): [Buffer, { readonly format: string }] {
    return [Buffer.alloc(bytes, 7), { format: "raw" }];
  }

  @JsonMethod() sum(@Arg("values") values: Float64Array): number {
    return values.reduce((sum, value) => sum + value, 0);
  }

  @StreamMethod(Number) async *count(@Arg("until") until: number): AsyncIterable<number> {
    try {
      for (let at = 1; at <= until; at++) yield at;
    } finally {
      this.journal.push("count over");
      await Promise.resolve();
    }
  }
}

export function connectStage(url: string, options?: ClientOptions): Remote<Stage> {
  const stage = connect(Stage, url, { logger: new RecordingLogger(), timeoutMs: 3_000, ...options });
  closing(clientOf(stage));
  return stage;
}
