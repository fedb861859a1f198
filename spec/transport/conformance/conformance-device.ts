import { Subject } from "rxjs";
import {
  Arg,
  BufferMethod,
  type BufferResult,
  CallContext,
  Integer,
  JsonMethod,
  RpcProperty,
  RpcService,
  Signal,
} from "../../../lib/index";
import { deferred } from "../../../lib/time/deferred";

/** A device that does whatever shows how a transport behaves. */
@RpcService({ type: "conformance" })
export class ConformanceDevice {
  @Signal(Number) readonly ticked = new Subject<number>();
  @Signal(String) readonly told = new Subject<string>();
  @RpcProperty() level: number = 1;

  /** What was begun, in order. */
  readonly begun: string[] = [];
  /** Why calls were told to end, in order. */
  readonly aborted: string[] = [];
  /** What cleared up after itself, in order. */
  readonly ended: string[] = [];
  private gate = deferred();

  @JsonMethod({ concurrent: true })
  echo(@Arg("value") value: string): string {
    this.begun.push(value);
    return value;
  }

  /** Answers after so many turns of the event loop: replies come in another order than their requests. */
  @JsonMethod({ concurrent: true })
  async echoLater(@Arg("turns", { type: Integer }) turns: number): Promise<number> {
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
    return turns;
  }

  /** Waits, in turn with the others, until it is let go or told to end. */
  @JsonMethod({ timeout: null })
  async hold(@Arg("name") name: string): Promise<string> {
    const { signal } = CallContext.current();
    this.begun.push(name);
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => {
        this.aborted.push((signal.reason as Error).message);
        resolve();
      });
    });
    await Promise.race([this.gate.promise, aborted]);
    return name;
  }

  /** Never answers, whatever it is told. */
  @JsonMethod({ timeout: null })
  stuck(@Arg("name") name: string): Promise<void> {
    this.begun.push(name);
    return new Promise(() => undefined);
  }

  /** Tells progress so often, without a pause. */
  @JsonMethod({ progress: Integer })
  async *count(@Arg("times", { type: Integer }) times: number): AsyncGenerator<number, string> {
    for (let count = 1; count <= times; count++) yield count;
    return "counted";
  }

  /** Tells progress each so many milliseconds, until it is told to end. */
  @JsonMethod({ progress: Integer, timeout: { idle: 5_000 } })
  async *countOn(
    @Arg("everyMs") everyMs: number,
    @Arg("times") times: number,
  ): AsyncGenerator<number, string> {
    this.begun.push("countOn");
    try {
      for (let count = 1; count <= times; count++) {
        await new Promise((resolve) => setTimeout(resolve, everyMs));
        yield count;
      }
      return "counted";
    } finally {
      this.ended.push("countOn");
    }
  }

  release(): void {
    this.gate.resolve();
    this.gate = deferred();
  }

  @JsonMethod()
  move(@Arg("name") name: string): string {
    this.begun.push(name);
    return name;
  }

  @JsonMethod()
  tickAndSay(@Arg("tick") tick: number): number {
    this.ticked.next(tick);
    this.told.next("not asked for");
    return tick;
  }

  @BufferMethod({ concurrent: true })
  bytes(@Arg("length", { type: Integer }) length: number): BufferResult<{ length: number }> {
    return [Buffer.alloc(length, length % 251), { length }];
  }
}
