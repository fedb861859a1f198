import { type MemoryGrowth } from "../messages";

/** What is loaded and compiled at the start is none of its growth. */
const SETTLED_AFTER_MS = 3_000;

interface Holding {
  readonly heap: number;
  readonly rss: number;
}

/** Measures what this process holds, a while after its start and whenever it is asked. Needs `--expose-gc`. */
export class MemoryMeter {
  private before = holding();
  private since = performance.now();

  constructor() {
    setTimeout(() => {
      this.before = holding();
      this.since = performance.now();
    }, SETTLED_AFTER_MS).unref();
  }

  growth(): MemoryGrowth {
    const now = holding();
    return {
      heapBefore: this.before.heap,
      heapNow: now.heap,
      rssBefore: this.before.rss,
      rssNow: now.rss,
      overMs: performance.now() - this.since,
    };
  }
}

function holding(): Holding {
  globalThis.gc?.();
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  return { heap: heapUsed + external + arrayBuffers, rss };
}
