/** What the main process tells the others, and they answer. */
export type ToProcess =
  | { readonly kind: "memory" }
  /** A device ticks a last time; a client ends its calls. */
  | { readonly kind: "finish" }
  /** A client calls every device, and waits for these last ticks. */
  | {
      readonly kind: "settle";
      readonly lastTicks: Readonly<Record<string, LastTick>>;
      readonly withinMs: number;
    };

export interface LastTick {
  readonly run: string;
  readonly number: number;
}

export type FromProcess =
  | { readonly kind: "ready"; readonly url: string }
  | ({ readonly kind: "memory" } & MemoryGrowth)
  | { readonly kind: "finished"; readonly lastTick?: LastTick }
  | {
      readonly kind: "settled";
      /** What a client still misses, such as `does not reach device-1: …`. */
      readonly missing: readonly string[];
      readonly signals: SignalCounts;
      /** How often it was connected, and how often of that it had moved to the local road. */
      readonly connections: ConnectionCounts;
    };

/** What a process held a while after its start and holds now, in bytes, after a collection. */
export interface MemoryGrowth {
  readonly heapBefore: number;
  readonly heapNow: number;
  readonly rssBefore: number;
  readonly rssNow: number;
  /** How long lies between, in milliseconds. */
  readonly overMs: number;
}

export interface ConnectionCounts {
  readonly all: number;
  readonly local: number;
}

export interface SignalCounts {
  readonly received: number;
  readonly missed: number;
}
