/** How many of the signals that were written to a carrier are still on their way there. */
export class UnreadSignals {
  /** Where each of them ends, counted in bytes from the beginning of the stream; those before `first` have left. */
  private ends: number[] = [];
  private first = 0;

  /** @param leftBytes - How much of the stream has left. */
  countAfter(leftBytes: number): number {
    const { ends } = this;
    while (this.first < ends.length && (ends[this.first] ?? 0) <= leftBytes) this.first++;
    if (this.first === ends.length) this.clear();
    // What has left makes room, when it is so much that moving the rest is worth it.
    else if (2 * this.first > ends.length) this.clear(ends.slice(this.first));
    return this.ends.length - this.first;
  }

  /** @param endBytes - Where the stream ends with it. */
  add(endBytes: number): void {
    this.ends.push(endBytes);
  }

  private clear(rest: number[] = []): void {
    if (this.ends.length > 0) this.ends = rest;
    this.first = 0;
  }
}
