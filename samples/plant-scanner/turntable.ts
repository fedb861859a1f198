import { setTimeout as delay } from "node:timers/promises";
import { Subject } from "rxjs";
import { Arg, JsonMethod, RpcProperty, RpcService, Signal } from "rigwire";

/** How often the angle is told while the table turns, in milliseconds. */
const STEP_MS = 20;

/** A turntable that takes its time. */
@RpcService({ type: "turntable" })
export class Turntable {
  @Signal(Number) readonly angleChanged = new Subject<number>();

  /** Where the table stands, in degrees. */
  @RpcProperty({ notify: "angleChanged", readonly: true })
  angle: number = 0;

  private motion: AbortController | undefined;

  /** @param degreesPerSecond - How fast it turns. */
  constructor(private readonly degreesPerSecond = 360) {}

  /**
   * Turns to an angle, the short way for none: cables follow the number.
   *
   * @param degrees - Where to, in degrees; a full turn is 360.
   * @returns The angle reached, in degrees.
   * @throws Error if `stop()` came in between.
   */
  @JsonMethod({ timeout: 60_000, description: "turns to an angle in degrees" })
  async rotateTo(@Arg("degrees") degrees: number): Promise<number> {
    const motion = new AbortController();
    this.motion = motion;
    const from = this.angle;
    const startedAt = performance.now();
    while (this.angle !== degrees) {
      await delay(STEP_MS, undefined, { signal: motion.signal }).catch(() => undefined);
      if (motion.signal.aborted) throw new Error(`stopped at ${this.angle.toFixed(1)} degrees`);
      const turned = ((performance.now() - startedAt) / 1_000) * this.degreesPerSecond;
      const distance = degrees - from;
      this.angle = turned >= Math.abs(distance) ? degrees : from + Math.sign(distance) * turned;
    }
    return this.angle;
  }

  /** Stops at once, where it is. */
  @JsonMethod({ concurrent: true, description: "stops at once" })
  stop(): void {
    this.motion?.abort();
  }
}
