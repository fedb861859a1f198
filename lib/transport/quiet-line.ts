import { platform } from "../platform/current";
import { type Timer } from "../platform/platform";

/** A line on which nothing came for this long is quiet, in milliseconds. */
const QUIET_MS = 500;

/**
 * Looks after a line whenever it has become quiet: what was lost at the end of a burst is told by nothing that comes
 * after it.
 */
export class QuietLine {
  private arrivals = 0;
  private timer: Timer | undefined;
  private isEnded = false;

  /**
   * @param look - Whether all is well; else it is called again after a while. Must not throw.
   */
  constructor(private readonly look: () => Promise<boolean>) {}

  /** Something came. */
  arrived(): void {
    this.arrivals += 1;
    this.timer ??= this.wait();
  }

  /** Looks when the line is quiet, also if nothing comes any more. */
  wake(): void {
    this.timer ??= this.wait();
  }

  /** Resolves when what lies here of a line that is gone was handed out: a turn of the event loop without any is the end. */
  async drained(): Promise<true> {
    let before: number;
    do {
      before = this.arrivals;
      for (let turn = 0; turn < 2; turn++) {
        await new Promise<void>((resolve) => platform().nextTurn(resolve));
      }
    } while (this.arrivals > before);
    return true;
  }

  end(): void {
    this.isEnded = true;
    clearTimeout(this.timer);
  }

  private wait(): Timer {
    const before = this.arrivals;
    const timer = setTimeout(() => void this.lookIfQuiet(before), QUIET_MS);
    platform().unref(timer);
    return timer;
  }

  private async lookIfQuiet(before: number): Promise<void> {
    const isDone = this.arrivals === before && (await this.look()) && this.arrivals === before;
    if (this.isEnded) return;
    this.timer = isDone ? undefined : this.wait();
  }
}
