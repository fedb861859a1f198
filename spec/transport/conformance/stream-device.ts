import { interval, map, Observable, Subject } from "rxjs";
import { setTimeout as delay } from "node:timers/promises";
import { Arg, CallContext, JsonMethod, nd, NdArray, RpcService, StreamMethod } from "../../../lib/index";

/** What is told of a place on the way. */
export class Reading {
  at: number = 0;
  note: string = "";
}

/** A device with sources of every kind. */
@RpcService({ type: "streams" })
export class StreamDevice {
  /** How many items the generators made. */
  made = 0;
  /** Which sources have ended, in order. */
  readonly ended: string[] = [];
  readonly values = new Subject<number>();
  readonly blocks = new Subject<Float32Array>();
  readonly texts = new Subject<string>();

  /** Numbers from 1, as fast as they are wanted. */
  @StreamMethod(Number)
  async *count(@Arg("upTo") upTo: number): AsyncIterable<number> {
    try {
      for (let at = 1; at <= upTo; at++) {
        this.made = at;
        yield at;
      }
    } finally {
      this.ended.push("count");
    }
  }

  /** A number each so many milliseconds. */
  @StreamMethod(Number, { timeout: 400 })
  async *slowly(@Arg("everyMs") everyMs: number): AsyncIterable<number> {
    const { signal } = CallContext.current();
    try {
      for (let at = 1; ; at++) {
        await delay(everyMs, undefined, { signal });
        yield at;
      }
    } finally {
      this.ended.push("slowly");
    }
  }

  /** Blocks of so many elements. */
  @StreamMethod(Float32Array)
  async *trace(@Arg("blocks") blocks: number, @Arg("length") length: number): AsyncIterable<Float32Array> {
    const block = new Float32Array(length);
    try {
      for (let at = 1; at <= blocks; at++) {
        this.made = at;
        // The same again, as a driver would.
        yield block.fill(at);
      }
    } finally {
      this.ended.push("trace");
    }
  }

  @StreamMethod(NdArray)
  async *images(): AsyncIterable<NdArray<Uint16Array>> {
    yield nd(Uint16Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
    yield nd(new Uint16Array(0), [0, 3]);
  }

  @StreamMethod(Reading)
  async *readings(): AsyncIterable<Reading> {
    yield Object.assign(new Reading(), { at: 1, note: "one" });
    yield Object.assign(new Reading(), { at: 2, note: "two" });
  }

  /** What the device's process emits. */
  @StreamMethod(Number)
  live(): Observable<number> {
    return this.withEnd(this.values, "live");
  }

  @StreamMethod(Float32Array, { bufferBytes: 100_000 })
  liveBlocks(): Observable<Float32Array> {
    return this.withEnd(this.blocks, "liveBlocks");
  }

  @StreamMethod(String)
  liveTexts(): Observable<string> {
    return this.withEnd(this.texts, "liveTexts");
  }

  @StreamMethod(Number)
  ticks(): Observable<number> {
    return interval(5).pipe(map((tick) => tick + 1));
  }

  @StreamMethod(Number)
  async *failing(): AsyncIterable<number> {
    yield 1;
    yield 2;
    throw new RangeError("the lamp broke");
  }

  @StreamMethod(Number)
  async *unfit(): AsyncIterable<number> {
    try {
      yield 1;
      yield "two" as unknown as number;
      yield 3;
    } finally {
      this.ended.push("unfit");
    }
  }

  @JsonMethod({ interrupts: true })
  stop(): void {
    this.ended.push("stop");
  }

  @JsonMethod()
  emit(@Arg("values") values: number): void {
    for (let value = 1; value <= values; value++) this.values.next(value);
  }

  private withEnd<T>(source: Observable<T>, name: string): Observable<T> {
    return new Observable((subscriber) => {
      const subscription = source.subscribe(subscriber);
      return () => {
        subscription.unsubscribe();
        this.ended.push(name);
      };
    });
  }
}
