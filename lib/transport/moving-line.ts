import { onAbort } from "../time/abort-listeners";

/** So many clients of a process go over at a time: of a thousand at once, each would take as long as all together. */
const AT_ONCE = 32;

/** How long a client may wait for its turn, in milliseconds. */
const MAX_WAIT_MS = 3_000;

/** The clients that go over to another road, and those behind them. */
export class MovingLine {
  private moving = 0;
  private readonly waiting = new Set<(isTurn: boolean) => void>();

  /**
   * Waits for a turn.
   *
   * @param signal - Ends the waiting.
   * @returns Whether it came: then {@link leave} must be called. If not, the client stays where it is.
   */
  enter(signal: AbortSignal): Promise<boolean> {
    if (this.moving < AT_ONCE) {
      this.moving += 1;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const end = (isTurn: boolean) => {
        this.waiting.delete(end);
        clearTimeout(timer);
        stopListening();
        resolve(isTurn);
      };
      const timer = setTimeout(() => end(false), MAX_WAIT_MS);
      const stopListening = onAbort(signal, () => end(false));
      this.waiting.add(end);
    });
  }

  /** The turn of one is over. */
  leave(): void {
    const [next] = this.waiting;
    if (next === undefined) this.moving -= 1;
    else next(true);
  }

  /** It takes too long: who waits stays where it is. */
  disperse(): void {
    for (const end of [...this.waiting]) end(false);
  }
}
