/** What may be in one list at a time. The links are the list's alone. */
export interface Listed<T> {
  before: T | undefined;
  after: T | undefined;
  isListed: boolean;
}

/**
 * Items that come and go, the oldest first.
 *
 * For what goes again soon, and often, in the place of a `Set`: the engine's tables of a set outlive many collections,
 * and with them what was in the set. An item that was taken out of a list refers to no other.
 */
export class LinkedList<T extends Listed<T>> implements Iterable<T> {
  private first: T | undefined;
  private last: T | undefined;

  get isEmpty(): boolean {
    return this.first === undefined;
  }

  /** Adds one that is in no list. */
  add(item: T): void {
    item.isListed = true;
    item.before = this.last;
    if (this.last === undefined) this.first = item;
    else this.last.after = item;
    this.last = item;
  }

  /** @returns Whether it was there. */
  delete(item: T): boolean {
    if (!item.isListed) return false;
    const { before, after } = item;
    if (before === undefined) this.first = after;
    else before.after = after;
    if (after === undefined) this.last = before;
    else after.before = before;
    item.isListed = false;
    item.before = item.after = undefined;
    return true;
  }

  /** Takes out the oldest; nothing where there is none. */
  shift(): T | undefined {
    const { first } = this;
    if (first !== undefined) this.delete(first);
    return first;
  }

  /** Those that are there now, but for those that are taken out before it is their turn. */
  *[Symbol.iterator](): Iterator<T> {
    const items: T[] = [];
    for (let item = this.first; item !== undefined; item = item.after) items.push(item);
    for (const item of items) if (item.isListed) yield item;
  }
}
