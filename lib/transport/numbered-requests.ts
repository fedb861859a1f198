const LEAST_SLOTS = 16;
const MOST_SLOTS = 4_096;

/** Of a slot with nothing in it: no peer's number is equal to it. */
const NO_NUMBER = Infinity;

/**
 * What is under way on a connection, by its number. Numbers are given in order, and most requests are done soon: those
 * lie in slots; the few that younger ones overtake lie in a map.
 *
 * No map alone: where each soon goes again, the engine's tables of a map outlive many collections, and what was in them
 * too.
 *
 * @typeParam T - A request, or nothing in the place of one that was given up.
 */
export class NumberedRequests<T> {
  private numbers: number[] = new Array<number>(LEAST_SLOTS).fill(NO_NUMBER);
  private requests: (T | undefined)[] = new Array<undefined>(LEAST_SLOTS).fill(undefined);
  private readonly overtaken = new Map<number, T | undefined>();
  private inSlots = 0;

  get size(): number {
    return this.inSlots + this.overtaken.size;
  }

  /** The number of the oldest; nothing where nothing is under way. */
  get oldest(): number | undefined {
    const numbers = this.all();
    return numbers.length === 0 ? undefined : Math.min(...numbers);
  }

  /** @param number - A whole number from 1. */
  set(number: number, request: T | undefined): void {
    if (this.overtaken.has(number)) {
      this.overtaken.set(number, request);
      return;
    }
    let slot = this.slotOf(number);
    if (this.isTaken(slot, number)) slot = this.makeRoom(number);
    if (this.numbers[slot] !== number) this.inSlots += 1;
    this.numbers[slot] = number;
    this.requests[slot] = request;
  }

  get(number: number): T | undefined {
    const slot = this.slotOf(number);
    return this.numbers[slot] === number ? this.requests[slot] : this.overtaken.get(number);
  }

  has(number: number): boolean {
    return this.numbers[this.slotOf(number)] === number || this.overtaken.has(number);
  }

  delete(number: number): void {
    const slot = this.slotOf(number);
    if (this.numbers[slot] === number) this.empty(slot);
    else this.overtaken.delete(number);
  }

  /** Takes everything out, the oldest first. */
  takeAll(): (T | undefined)[] {
    const requests = this.all()
      .sort((a, b) => a - b)
      .map((number) => this.get(number));
    this.numbers.fill(NO_NUMBER);
    this.requests.fill(undefined);
    this.inSlots = 0;
    this.overtaken.clear();
    return requests;
  }

  private all(): number[] {
    return [...this.overtaken.keys(), ...this.numbers.filter((number) => number !== NO_NUMBER)];
  }

  private slotOf(number: number): number {
    return number & (this.numbers.length - 1);
  }

  private isTaken(slot: number, number: number): boolean {
    return this.numbers[slot] !== NO_NUMBER && this.numbers[slot] !== number;
  }

  private empty(slot: number): void {
    this.numbers[slot] = NO_NUMBER;
    this.requests[slot] = undefined;
    this.inSlots -= 1;
  }

  /** @returns The slot for a number whose slot was taken. */
  private makeRoom(number: number): number {
    // One that takes long is no reason for more slots; many are.
    while (this.inSlots * 2 > this.numbers.length && this.numbers.length < MOST_SLOTS) {
      this.grow();
      const slot = this.slotOf(number);
      if (!this.isTaken(slot, number)) return slot;
    }
    const slot = this.slotOf(number);
    this.overtaken.set(this.numbers[slot] ?? NO_NUMBER, this.requests[slot]);
    this.empty(slot);
    return slot;
  }

  private grow(): void {
    const { numbers, requests } = this;
    const slots = numbers.length * 2;
    this.numbers = new Array<number>(slots).fill(NO_NUMBER);
    this.requests = new Array<undefined>(slots).fill(undefined);
    for (const [slot, number] of numbers.entries()) {
      if (number === NO_NUMBER) continue;
      this.numbers[this.slotOf(number)] = number;
      this.requests[this.slotOf(number)] = requests[slot];
    }
  }
}
