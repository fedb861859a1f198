import { setTimeout as delay } from "node:timers/promises";
import { Subject } from "rxjs";
import { Arg, BufferMethod, type BufferResult, Integer, JsonMethod, RpcService, Signal } from "rigwire";
import { type Journal, sharedNow } from "./journal";
import { type LastTick } from "./messages";

/** A device that writes down every command that it begins, and ticks. */
@RpcService({ type: "chaos" })
export class ChaosDevice {
  /** Which run of the device, and the number of the tick in it from 1. */
  @Signal(String, Integer) readonly ticked = new Subject<[run: string, number: number]>();
  private ticks = 0;
  private ticking: NodeJS.Timeout | undefined;

  constructor(
    private readonly journal: Journal,
    private readonly run: string,
  ) {}

  @JsonMethod({ timeout: 5_000 })
  async command(@Arg("id") id: string, @Arg("holdMs", { type: Integer }) holdMs: number): Promise<string> {
    this.began(id);
    if (holdMs > 0) await delay(holdMs);
    return id;
  }

  @JsonMethod({ timeout: 5_000, concurrent: true })
  urgent(@Arg("id") id: string): string {
    this.began(id);
    return id;
  }

  @BufferMethod({ timeout: 5_000 })
  image(
    @Arg("id") id: string,
    @Arg("bytes", { type: Integer }) bytes: number,
  ): BufferResult<{ readonly id: string }> {
    this.began(id);
    return [Buffer.alloc(bytes, 1), { id }];
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

  private began(id: string): void {
    this.journal.write({ kind: "began", id, at: sharedNow() });
  }
}
