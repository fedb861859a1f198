import { setTimeout as delay } from "node:timers/promises";
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
} from "rigwire";
import { CheckedCommand, IsFree } from "./slow-check";
import { type Journal, sharedNow } from "./journal";
import { type LastTick } from "./messages";

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
  ) {
    journal.write({ kind: "opened" });
  }

  /** Looks at its signal, as a method should. */
  @JsonMethod({ timeout: 5_000 })
  async command(@Arg("id") id: string, @Arg("holdMs", { type: Integer }) holdMs: number): Promise<string> {
    const { signal } = CallContext.current();
    this.began(id, true);
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
    this.journal.write({ kind: "began", id, at: sharedNow(), ...(inTurn && { inTurn }) });
  }

  private left(id: string): void {
    this.journal.write({ kind: "left", id, at: sharedNow() });
  }
}
