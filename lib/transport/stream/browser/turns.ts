/** So many begin at a time. */
const MOST_AT_ONCE = 6;

/** What takes longer holds up nobody any more, in milliseconds: it may be on its way to a host that is not there. */
const HOLDS_MS = 500;

/** Lets things begin one after the other, a few at a time, each of them soon. */
export class Turns {
  private readonly waiting: (() => void)[] = [];
  private underWay = 0;

  /** Resolves when it is one's turn. @returns Says that it is over. Idempotent. */
  async next(): Promise<() => void> {
    if (this.underWay >= MOST_AT_ONCE) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.underWay++;
    let isOver = false;
    const over = () => {
      clearTimeout(timer);
      if (isOver) return;
      isOver = true;
      const next = this.waiting.shift();
      if (next === undefined) this.underWay--;
      else next();
    };
    const timer = setTimeout(over, HOLDS_MS);
    return over;
  }
}
