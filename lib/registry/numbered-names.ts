import { MinHeap } from "./min-heap";

/** The end of `NAME-12`; numbers are written without leading zeros. */
const NUMBERED = /^(.*)-(0|[1-9]\d{0,8})$/su;

/**
 * The names `NAME-1`, `NAME-2`, … that are taken. Finds the first that is free without trying them one by one, however
 * many there are and in whatever order they come and go.
 */
export class NumberedNames {
  private readonly byBase = new Map<string, TakenNumbers>();

  take(name: string): void {
    const [base, number] = split(name);
    if (base === undefined) return;
    const taken = this.byBase.get(base) ?? new TakenNumbers();
    this.byBase.set(base, taken);
    taken.add(number);
  }

  release(name: string): void {
    const [base, number] = split(name);
    const taken = base === undefined ? undefined : this.byBase.get(base);
    if (base === undefined || taken === undefined) return;
    taken.delete(number);
    if (taken.size === 0) this.byBase.delete(base);
  }

  /** @param from - The smallest number to be given: 0 or 1. */
  firstFree(base: string, from: 0 | 1): string {
    const taken = this.byBase.get(base);
    if (from === 0 && taken?.has(0) !== true) return `${base}-0`;
    return `${base}-${taken?.firstFree() ?? 1}`;
  }
}

function split(name: string): [base: string, number: number] | [undefined, 0] {
  const [, base, digits] = NUMBERED.exec(name) ?? [];
  return base === undefined ? [undefined, 0] : [base, Number(digits)];
}

/** Of one name: each number from 1 below `next` is taken, or is in `free`; beyond it only `taken` tells. */
class TakenNumbers {
  private readonly taken = new Set<number>();
  private readonly free = new Set<number>();
  private readonly freeInOrder = new MinHeap<number>((number) => number);
  private next = 1;

  get size(): number {
    return this.taken.size;
  }

  has(number: number): boolean {
    return this.taken.has(number);
  }

  add(number: number): void {
    this.taken.add(number);
  }

  delete(number: number): void {
    this.taken.delete(number);
    if (number === 0 || number >= this.next || this.free.has(number)) return;
    this.free.add(number);
    this.freeInOrder.push(number);
    // Memory stays in proportion to what is taken; what was released pays for looking again.
    if (this.free.size > 2 * this.taken.size) this.startOver();
  }

  firstFree(): number {
    for (let number = this.freeInOrder.peek(); number !== undefined; number = this.freeInOrder.peek()) {
      if (!this.taken.has(number)) return number;
      this.freeInOrder.pop();
      this.free.delete(number);
    }
    while (this.taken.has(this.next)) this.next++;
    return this.next;
  }

  private startOver(): void {
    this.next = 1;
    this.free.clear();
    this.freeInOrder.clear();
  }
}
