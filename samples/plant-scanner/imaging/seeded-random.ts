/** Random numbers that are the same for the same seed, on every machine. */
export interface SeededRandom {
  /** A number of [minimum, maximum). */
  between(minimum: number, maximum: number): number;
  /** `value` plus or minus up to `spread`. */
  around(value: number, spread: number): number;
}

/** @param seed - Any number; its lower 32 bits count. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed | 0;

  // mulberry32: small, fast, and even enough for leaves.
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  return {
    between: (minimum, maximum) => minimum + (maximum - minimum) * next(),
    around: (value, spread) => value + spread * (2 * next() - 1),
  };
}
