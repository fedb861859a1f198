import { MAX_TIMER_MS } from "../../time/max-timer";
import { type ServiceTable } from "./service-table";

/** Two looks at the table are at least this far apart. */
const MIN_INTERVAL_MS = 50;

/** Prunes a table when a service expires, so that its removal is told also where nobody asks for it. */
export class BackgroundPruning {
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(private readonly services: ServiceTable) {}

  /** To be called when services may have been added. */
  arm(): void {
    const quietForMs = this.services.quietForMs;
    if (this.stopped || this.timer !== undefined || quietForMs === undefined) return;
    const delayMs = Math.min(Math.max(Math.ceil(quietForMs) + 1, MIN_INTERVAL_MS), MAX_TIMER_MS);
    this.timer = setTimeout(() => this.prune(), delayMs);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private prune(): void {
    this.timer = undefined;
    this.services.prune();
    this.arm();
  }
}
