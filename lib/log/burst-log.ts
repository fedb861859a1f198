import { type Logger } from "./logger";

/** A line about the same thing follows after this long at the earliest. */
const INTERVAL_MS = 10_000;

/** Logs what anyone in the network can cause as often as they like: one line in ten seconds for each subject. */
export class BurstLog {
  private readonly bursts = new Map<string, { quietUntil: number; unlogged: number }>();

  constructor(
    private readonly logger: Logger,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * @param subject - What the line is about, one of a few fixed texts: lines about the same are one burst. Default: the
   *   message itself, where what differs goes into `details`.
   */
  error(details: object, message: string, subject = message): void {
    this.log("error", details, message, subject);
  }

  warn(details: object, message: string, subject = message): void {
    this.log("warn", details, message, subject);
  }

  debug(details: object, message: string, subject = message): void {
    this.log("debug", details, message, subject);
  }

  private log(level: "error" | "warn" | "debug", details: object, message: string, subject: string): void {
    const burst = this.bursts.get(subject) ?? { quietUntil: -Infinity, unlogged: 0 };
    this.bursts.set(subject, burst);
    if (this.now() < burst.quietUntil) {
      burst.unlogged++;
      return;
    }
    this.logger[level](burst.unlogged > 0 ? { ...details, unlogged: burst.unlogged } : details, message);
    burst.quietUntil = this.now() + INTERVAL_MS;
    burst.unlogged = 0;
  }
}
