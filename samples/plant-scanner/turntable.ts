import { setTimeout as delay } from "node:timers/promises";
import { Subject } from "rxjs";
import { Arg, CallContext, JsonMethod, RpcProperty, RpcService, Signal } from "rigwire";

/** How often the angle is told while the table turns, in milliseconds. */
const STEP_MS = 20;

/** A turntable that takes its time. */
@RpcService({ type: "turntable" })
export class Turntable {
  @Signal(Number, { unit: "deg", precision: 1, show: "main", record: true })
  readonly angleChanged = new Subject<number>();

  /** Where the table stands, in degrees. */
  @RpcProperty({
    notify: "angleChanged",
    readonly: true,
    unit: "deg",
    precision: 1,
    show: "main",
    description: "where the table stands",
  })
  angle: number = 0;

  /** @param degreesPerSecond - How fast it turns. */
  constructor(private readonly degreesPerSecond = 360) {}

  /**
   * Turns to an angle, the short way for none: cables follow the number.
   *
   * @param degrees - Where to, in degrees; a full turn is 360.
   * @returns The angle reached, in degrees.
   * @throws Error if `stop()` came in between, or its caller gave up or is gone.
   */
  @JsonMethod({
    timeout: 60_000,
    returns: Number,
    unit: "deg",
    precision: 1,
    description: "turns to an angle",
  })
  async rotateTo(
    @Arg("degrees", { unit: "deg", description: "where to; 720 is two turns" }) degrees: number,
  ): Promise<number> {
    const { signal } = CallContext.current();
    const from = this.angle;
    const startedAt = performance.now();
    while (this.angle !== degrees) {
      await delay(STEP_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) throw new Error(`stopped at ${this.angle.toFixed(1)} degrees`);
      const turned = ((performance.now() - startedAt) / 1_000) * this.degreesPerSecond;
      const distance = degrees - from;
      this.angle = turned >= Math.abs(distance) ? degrees : from + Math.sign(distance) * turned;
    }
    return this.angle;
  }

  /** Stops at once, where it is: what turns is told by its signal. */
  @JsonMethod({ interrupts: true, description: "stops at once" })
  stop(): void {
    // The motor of a real table is told to stop here.
  }
}
