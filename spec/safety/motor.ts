import { setTimeout as delay } from "node:timers/promises";
import { Subject } from "rxjs";
import {
  Any,
  Arg,
  BufferMethod,
  type BufferResult,
  CallContext,
  Integer,
  JsonMethod,
  RpcService,
  Signal,
} from "../../lib/index";

/** A device that can break something, and remembers what it was made to do. */
@RpcService({ type: "motor" })
export class Motor {
  @Signal(Integer) readonly stepped = new Subject<number>();
  @Signal(Integer, String) readonly reported = new Subject<[number, string]>();
  private readonly moves: number[] = [];
  private halt = new AbortController();

  /** Moves for a while; `stop()` ends it. */
  @JsonMethod({ timeout: 20_000 })
  async moveTo(
    @Arg("position", { type: Integer }) position: number,
    @Arg("durationMs", { type: Integer }) durationMs: number = 0,
  ): Promise<string> {
    this.moves.push(position);
    this.halt = new AbortController();
    const signal = AbortSignal.any([this.halt.signal, CallContext.current().signal]);
    if (durationMs > 0) await delay(durationMs, undefined, { signal }).catch(() => undefined);
    return signal.aborted ? "stopped" : "arrived";
  }

  @JsonMethod({ concurrent: true })
  stop(): void {
    this.halt.abort();
  }

  /** Every position that it started to move to. */
  @JsonMethod({ concurrent: true })
  history(): readonly number[] {
    return this.moves;
  }

  /** Tells each step from 1. */
  @JsonMethod({ concurrent: true })
  step(@Arg("count", { type: Integer }) count: number): number {
    for (let index = 1; index <= count; index++) this.stepped.next(index);
    return count;
  }

  /** Tells reports of some length, numbered from 1. */
  @JsonMethod({ concurrent: true })
  report(
    @Arg("count", { type: Integer }) count: number,
    @Arg("length", { type: Integer }) length: number,
  ): void {
    for (let index = 1; index <= count; index++) this.reported.next([index, "x".repeat(length)]);
  }

  /** What is left of the caller's time when it is begun, in milliseconds. */
  @JsonMethod({ concurrent: true })
  timeLeft(): number {
    return (CallContext.current().deadline ?? Infinity) - performance.now();
  }

  /** Stands still, event loop and all. */
  @JsonMethod({ concurrent: true })
  block(@Arg("durationMs", { type: Integer }) durationMs: number): void {
    const until = performance.now() + durationMs;
    while (performance.now() < until);
  }

  @BufferMethod({ timeout: 20_000 })
  image(@Arg("bytes", { type: Integer }) bytes: number): BufferResult<{ bytes: number }> {
    return [Buffer.alloc(bytes, 7), { bytes }];
  }

  @JsonMethod({ timeout: 20_000 })
  unsendable(@Arg("what") what: string): unknown {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    const kinds: Readonly<Record<string, unknown>> = {
      cycle,
      function: () => undefined,
      symbol: Symbol("no value"),
      "a cycle inside": { list: [cycle] },
      "a toJSON that throws": {
        toJSON: () => {
          throw new Error("not today");
        },
      },
    };
    return kinds[what];
  }

  /** Rejects by itself while this call runs, and nobody handles it. */
  @JsonMethod()
  async rejectBehindTheBack(): Promise<string> {
    void Promise.reject(new Error("the encoder does not answer"));
    await delay(20);
    return "done";
  }

  @JsonMethod({ concurrent: true })
  echo(@Arg("value", { type: Any }) value: unknown): unknown {
    return value;
  }
}
