/** How fast the axis gains and loses speed, in mm/s². */
const ACCELERATION = 400;

/** Closer than a motor's step, in mm. */
const ARRIVED_WITHIN = 0.0005;

/** A motor and its spindle: it takes time to gain speed and to lose it. */
export class LinearAxis {
  private velocity = 0;

  /** @param position - In mm. */
  constructor(public position: number) {}

  /** Goes on towards a target, in mm, for some seconds, at no more than a speed in mm/s. Says whether it is there. */
  advance(target: number, maxSpeed: number, seconds: number): boolean {
    const distance = target - this.position;
    // Faster, it could not stop at the target.
    const stoppable = Math.sqrt(2 * ACCELERATION * Math.abs(distance));
    const speed = Math.min(Math.abs(this.velocity) + ACCELERATION * seconds, maxSpeed, stoppable);
    const isThere = Math.abs(distance) <= Math.max(speed * seconds, ARRIVED_WITHIN);
    this.position = isThere ? target : this.position + Math.sign(distance) * speed * seconds;
    this.velocity = isThere ? 0 : speed;
    return isThere;
  }

  /** Stops at once. */
  halt(): void {
    this.velocity = 0;
  }
}
