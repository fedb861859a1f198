import { setTimeout as delay } from "node:timers/promises";
import { Observable, Subject } from "rxjs";
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
  StreamMethod,
} from "rigwire";
import { CheckedCommand, IsFree } from "./slow-check";
import { type Journal, sharedNow } from "./journal";
import { type LastTick } from "./messages";
import { type WatchedClock } from "./watched-clock";

/** A device that writes down every command that it begins, and ticks. */
@RpcService({ type: "chaos" })
export class ChaosDevice {
  /** Which run of the device, and the number of the tick in it from 1. */
  @Signal(String, Integer) readonly ticked = new Subject<[run: string, number: number]>();
  @Signal(String) readonly markChanged = new Subject<string>();
  private lastMark = "";
  private ticks = 0;
  private ticking: NodeJS.Timeout | undefined;

  constructor(
    private readonly journal: Journal,
    private readonly run: string,
    /** The clock by which its server begins commands, where it can be watched. */
    private readonly clock?: WatchedClock,
  ) {
    journal.write({ kind: "opened" });
  }

  /** Looks at its signal, as a method should. */
  @JsonMethod({ timeout: 5_000 })
  async command(@Arg("id") id: string, @Arg("holdMs", { type: Integer }) holdMs: number): Promise<string> {
    this.began(id, true);
    const { signal } = CallContext.current();
    if (holdMs > 0) await delay(holdMs, undefined, { signal }).catch(() => undefined);
    this.left(id);
    return id;
  }

  /** Does not. */
  @JsonMethod({ timeout: 5_000, onCallerLost: "continue" })
  async stubborn(@Arg("id") id: string, @Arg("holdMs", { type: Integer }) holdMs: number): Promise<string> {
    this.began(id, true);
    await delay(holdMs);
    this.left(id);
    return id;
  }

  @JsonMethod({ timeout: 5_000 })
  checked(@Arg("command") { id }: CheckedCommand): string {
    this.began(id, true);
    this.left(id);
    return id;
  }

  @JsonMethod({ timeout: 5_000, concurrent: true })
  urgent(@Arg("id") id: string): string {
    this.began(id);
    return id;
  }

  @JsonMethod({ timeout: 5_000, interrupts: true })
  halt(@Arg("id") id: string): string {
    this.began(id);
    return id;
  }

  /** Tells numbers from 1. */
  @JsonMethod({ progress: Integer, timeout: { idle: 2_000 } })
  async *steps(
    @Arg("id") id: string,
    @Arg("steps", { type: Integer }) steps: number,
  ): AsyncGenerator<number, string> {
    this.began(id, true);
    this.journal.write({ kind: "source", id, at: sharedNow() });
    try {
      for (let step = 1; step <= steps; step++) {
        yield step;
        await delay(1);
      }
      return id;
    } finally {
      this.journal.write({ kind: "cleared", id, at: sharedNow() });
      this.left(id);
    }
  }

  /** Numbers from 1, as blocks of so many. */
  @StreamMethod(Float64Array, { timeout: 2_000 })
  async *blocks(
    @Arg("id") id: string,
    @Arg("length", { type: Integer }) length: number,
  ): AsyncIterable<Float64Array> {
    this.journal.write({ kind: "source", id, at: sharedNow() });
    try {
      for (let number = 1; ; number++) {
        yield new Float64Array(length).fill(number);
        if (number % 10 === 0) await delay(1);
      }
    } finally {
      this.journal.write({ kind: "cleared", id, at: sharedNow() });
    }
  }

  /** Numbers from 1, a millisecond each. */
  @StreamMethod(Integer, { timeout: 2_000 })
  numbers(@Arg("id") id: string): Observable<number> {
    return new Observable((subscriber) => {
      this.journal.write({ kind: "source", id, at: sharedNow() });
      let number = 0;
      const telling = setInterval(() => subscriber.next(++number), 1);
      return () => {
        clearInterval(telling);
        this.journal.write({ kind: "cleared", id, at: sharedNow() });
      };
    });
  }

  @BufferMethod({ timeout: 5_000 })
  image(
    @Arg("id") id: string,
    @Arg("bytes", { type: Integer }) bytes: number,
  ): BufferResult<{ readonly id: string }> {
    this.began(id, true);
    this.left(id);
    return [Buffer.alloc(bytes, 1), { id }];
  }

  /** Setting it is a command, too. */
  @RpcProperty({ notify: "markChanged" })
  @IsFree(5)
  get mark(): string {
    return this.lastMark;
  }
  set mark(id: string) {
    this.began(id);
    this.lastMark = id;
  }

  tickEvery(intervalMs: number): void {
    this.ticking = setInterval(() => this.tick(), intervalMs);
  }

  tickLast(): LastTick {
    clearInterval(this.ticking);
    this.tick();
    return { run: this.run, number: this.ticks };
  }

  private tick(): void {
    this.ticks += 1;
    this.journal.write({ kind: "ticked", run: this.run, number: this.ticks });
    this.ticked.next([this.run, this.ticks]);
  }

  private began(id: string, inTurn = false): void {
    const at = sharedNow();
    const look = this.clock?.lookFor(CallContext.current().deadline);
    this.journal.write({ kind: "began", id, at, ...(inTurn && { inTurn }), ...(look && { look }) });
  }

  private left(id: string): void {
    this.journal.write({ kind: "left", id, at: sharedNow() });
  }
}
