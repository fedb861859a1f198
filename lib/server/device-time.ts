import { uptime } from "node:os";
import { Subject, type Observable } from "rxjs";

/** A computer's clocks in milliseconds, each with a beginning of its own. */
export interface Clocks {
  /** Never set, but it stands still while the computer is suspended (CLOCK_MONOTONIC of Linux). */
  readonly monotonic: () => number;
  /** The time of day, which people and programs set. */
  readonly wall: () => number;
  /** Goes on while the computer is suspended, and is never set; nothing where the system has none. */
  readonly boot: () => number | undefined;
}

/** Clocks that part by less did so because reading them takes its time, in milliseconds. */
const TOLERANCE_MS = 100;

/** Two readings of one clock around that of another, in milliseconds: closer together, they are of one moment. */
const ONE_MOMENT_MS = 20;

const LOOK_EVERY_MS = 1_000;

/** After a standstill, what lay in the sockets is read within this time, in milliseconds. */
const RESUMED_FOR_MS = 500;

export const systemClocks: Clocks = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  // Elsewhere it is made from the time of day, and tells no more than that.
  boot: () => (process.platform === "linux" ? uptime() * 1_000 : undefined),
};

let clocks = systemClocks;

/** For tests: has the servers that are opened from now on read other clocks. */
export function useClocks(others: Clocks): void {
  clocks = others;
}

/**
 * The one place where a server reads time. Its clock goes on while the computer is suspended, so that the deadlines
 * which clients stamped by it still hold: the monotonic clock, and what that missed.
 */
export class DeviceTime {
  private readonly clocks = clocks;
  private missed = 0;
  private resumedAt = -Infinity;
  private wallAhead: number;
  private bootAhead: number | undefined;
  private readonly standstills = new Subject<number>();
  /** How long the monotonic clock stood still, in milliseconds, when that is noticed. */
  readonly stoodStill$: Observable<number> = this.standstills.asObservable();
  private readonly timer: NodeJS.Timeout;

  constructor() {
    const { monotonic, wall, boot } = this.clocks;
    this.wallAhead = wall() - monotonic();
    const booted = boot();
    this.bootAhead = booted === undefined ? undefined : booted - monotonic();
    // A time of day that was set back by as much as was missed would hide it.
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  /** Milliseconds that clients stamp deadlines by. */
  now(): number {
    const { monotonic, wall } = this.clocks;
    const now = monotonic();
    if (Math.abs(wall() - now - this.wallAhead) > TOLERANCE_MS) {
      this.look();
      return monotonic() + this.missed;
    }
    return now + this.missed;
  }

  /** Milliseconds of the monotonic clock alone: for how long something took. */
  monotonic(): number {
    return this.clocks.monotonic();
  }

  /** A moment of this clock on the one of `performance.now()` as it stands now. */
  toMonotonic(moment: number): number {
    return moment - this.missed;
  }

  /** Whether a request that says no deadline may have lain in a socket while time stood still. */
  hasJustResumed(): boolean {
    return this.now() - this.resumedAt < RESUMED_FOR_MS;
  }

  close(): void {
    clearInterval(this.timer);
    this.standstills.complete();
  }

  private look(): void {
    const readings = this.readTogether();
    if (readings === undefined) return;
    const { wallAhead, bootAhead } = readings;
    const missed =
      bootAhead === undefined || this.bootAhead === undefined
        ? wallAhead - this.wallAhead
        : bootAhead - this.bootAhead;
    this.wallAhead = wallAhead;
    if (missed <= TOLERANCE_MS) return;
    this.bootAhead = bootAhead;
    this.missed += missed;
    this.resumedAt = this.clocks.monotonic() + this.missed;
    this.standstills.next(missed);
  }

  /** Nothing where the process was held up between the clocks: the next look will do. */
  private readTogether(): { readonly wallAhead: number; readonly bootAhead: number | undefined } | undefined {
    const { monotonic, wall, boot } = this.clocks;
    for (let attempt = 0; attempt < 3; attempt++) {
      const before = monotonic();
      const [time, booted] = [wall(), boot()];
      if (monotonic() - before > ONE_MOMENT_MS) continue;
      return {
        wallAhead: time - before,
        bootAhead: booted === undefined ? undefined : booted - before,
      };
    }
    return undefined;
  }
}
