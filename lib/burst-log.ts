import { type Logger } from "./log";

/** A line about the same thing follows after this long at the earliest. */
const INTERVAL_MS = 10_000;

/** Logs what anyone in the network can cause as often as they like: one line in ten seconds for each message. */
export class BurstLog {
  private readonly bursts = new Map<string, { quietUntil: number; unlogged: number }>();

  constructor(
    private readonly logger: Logger,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @param message - One of a few fixed texts; what differs goes into `details`. */
  warn(details: object, message: string): void {
    this.log("warn", details, message);
  }

  debug(details: object, message: string): void {
    this.log("debug", details, message);
  }

  private log(level: "warn" | "debug", details: object, message: string): void {
    const burst = this.bursts.get(message) ?? { quietUntil: -Infinity, unlogged: 0 };
    this.bursts.set(message, burst);
    if (this.now() < burst.quietUntil) {
      burst.unlogged++;
      return;
    }
    this.logger[level](burst.unlogged > 0 ? { ...details, unlogged: burst.unlogged } : details, message);
    burst.quietUntil = this.now() + INTERVAL_MS;
    burst.unlogged = 0;
  }
}
