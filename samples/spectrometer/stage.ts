import { setTimeout as delay } from "node:timers/promises";
import { Subject } from "rxjs";
import { Arg, JsonMethod, RpcProperty, RpcService, Signal } from "rigwire";
import { LinearAxis } from "./linear-axis";

/** How often the position is read while the stage moves, in milliseconds. */
const STEP_MS = 20;

const MILLIMETRES = { unit: "mm", precision: 3 } as const;

/** Where the stage can go, in mm. */
export const STAGE_RANGE = { unit: "mm", min: 0, max: 100 } as const;

/** A linear stage that takes its time. */
@RpcService({ type: "stage" })
export class Stage {
  @Signal(Number, { ...MILLIMETRES, show: "main", record: true }) readonly positionChanged =
    new Subject<number>();

  @RpcProperty({
    notify: "positionChanged",
    readonly: true,
    ...MILLIMETRES,
    show: "main",
    description: "where the stage is",
  })
  position: number = 0;

  @RpcProperty({ unit: "mm/s", precision: 1, min: 0.1, max: 50, description: "how fast it moves at most" })
  speed: number = 40;

  private readonly axis = new LinearAxis(this.position);

  /**
   * Moves to a target. Yields the position on the way.
   *
   * @param target - In mm.
   * @returns The position reached, in mm.
   */
  @JsonMethod({
    progress: Number,
    progressRange: [STAGE_RANGE.min, STAGE_RANGE.max],
    returns: Number,
    timeout: { idle: 2_000 },
    ...MILLIMETRES,
    description: "moves to a place, and gives the place that it reached",
  })
  async *moveTo(@Arg("target", STAGE_RANGE) target: number): AsyncGenerator<number, number> {
    let readAt = performance.now();
    try {
      for (let isThere = false; !isThere;) {
        await delay(STEP_MS);
        const now = performance.now();
        isThere = this.axis.advance(target, this.speed, (now - readAt) / 1_000);
        readAt = now;
        this.position = this.axis.position;
        yield this.position;
      }
      return this.position;
    } finally {
      // Also where the caller gave up, is gone, or somebody called stop().
      this.axis.halt();
    }
  }

  /** Stops at once, where it is. */
  @JsonMethod({ interrupts: true, description: "stops at once, where it is" })
  stop(): void {
    this.axis.halt();
  }
}
