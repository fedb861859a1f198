import { setTimeout as delay } from "node:timers/promises";
import { interval, map, Subject } from "rxjs";
import {
  Arg,
  BufferMethod,
  type BufferResult,
  enumOf,
  JsonMethod,
  RpcProperty,
  RpcService,
  Signal,
} from "../../lib/index";
import { noisePng } from "./noise-png";

/** A device with every control that a page has. */
@RpcService({ type: "panel" })
export class Panel {
  @Signal(Number) readonly gainChanged = new Subject<number>();
  @RpcProperty({ notify: "gainChanged", min: 0, max: 10, show: "main" }) gain: number = 5;

  private chosen = "slow";
  /** Every mode that was set. */
  readonly modes: string[] = [];
  @RpcProperty({ type: enumOf(["slow", "fast", "full"]) })
  get mode(): string {
    return this.chosen;
  }
  set mode(mode: string) {
    this.chosen = mode;
    this.modes.push(mode);
  }

  @RpcProperty() isOn: boolean = false;
  @RpcProperty() label: string = "panel";
  @RpcProperty({ type: Object }) settings: Record<string, unknown> = {};

  @Signal(Number) readonly level = interval(100).pipe(map((at) => Math.sin(at / 10)));

  readonly walked: number[] = [];
  isStopped = false;

  @JsonMethod({ progress: Number, timeout: 60_000 })
  async *walk(@Arg("steps") steps: number): AsyncGenerator<number, number> {
    this.walked.push(steps);
    for (let step = 1; step <= steps; step++) {
      yield step;
      await delay(20);
    }
    return steps;
  }

  @JsonMethod({ interrupts: true }) stop(): void {
    this.isStopped = true;
  }

  @BufferMethod() picture(): BufferResult {
    return [noisePng(32, 24), {}];
  }
}
