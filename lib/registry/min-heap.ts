/** Gives its items smallest first. */
export class MinHeap<T> {
  private readonly items: T[] = [];

  /** @param key - What items are ordered by; must not change while an item is in the heap. */
  constructor(private readonly key: (item: T) => number) {}

  get size(): number {
    return this.items.length;
  }

  peek(): T | undefined {
    return this.items[0];
  }

  push(item: T): void {
    let index = this.items.length;
    this.items.push(item);
    while (index > 0) {
      const above = (index - 1) >> 1;
      if (this.keyAt(above) <= this.keyAt(index)) return;
      this.swap(above, index);
      index = above;
    }
  }

  pop(): T | undefined {
    const smallest = this.items[0];
    const last = this.items.pop();
    if (last === undefined || this.items.length === 0) return smallest;
    this.items[0] = last;
    this.sink();
    return smallest;
  }

  clear(): void {
    this.items.length = 0;
  }

  private sink(): void {
    for (let index = 0; ;) {
      const left = 2 * index + 1;
      const smaller = this.keyAt(left + 1) < this.keyAt(left) ? left + 1 : left;
      if (this.keyAt(smaller) >= this.keyAt(index)) return;
      this.swap(smaller, index);
      index = smaller;
    }
  }

  /** Infinity past the end, so that nothing sinks there. */
  private keyAt(index: number): number {
    const item = this.items[index];
    return item === undefined ? Infinity : this.key(item);
  }

  private swap(first: number, second: number): void {
    const [a, b] = [this.items[first], this.items[second]];
    if (a === undefined || b === undefined) return;
    this.items[first] = b;
    this.items[second] = a;
  }
}
