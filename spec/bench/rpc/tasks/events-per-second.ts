import { setTimeout as pause } from "node:timers/promises";
import { type PeerClient } from "../peers/peer";
import { type ClientTask } from "./client-task";

export interface EventsOptions {
  readonly subscribers: number;
  readonly ms: number;
}

export interface EventsResult {
  /** Events that each subscriber got in a second. */
  readonly perSecond: number;
  /** Events that were sent and did not come, of all subscribers. */
  readonly lost: number;
}

/** Fewer events are under way than any peer's queues hold, so that a peer is measured, not how it drops. */
const MAX_UNDER_WAY = 6_000;
const BURST = 1_000;

/** What has not come after this time is lost. */
const LOST_AFTER_MS = 1_000;
const LOOK_EVERY_MS = 50;
const WARM_UP = 0.4;

/** Tells when nothing has come for so long that the rest will not come. */
class Standstill {
  private seen = NaN;
  private since = 0;

  isLong(received: number): boolean {
    const now = performance.now();
    if (received !== this.seen) {
      this.seen = received;
      this.since = now;
    }
    return now - this.since > LOST_AFTER_MS;
  }
}

/** The server emits bursts; the next is asked for as soon as all subscribers got enough of what is under way. */
class Flow {
  lost = 0;
  private readonly received: number[];
  private asked = 0;
  private emitting = Promise.resolve<unknown>(undefined);
  private hasEnded = false;

  constructor(
    subscribers: number,
    private readonly emitter: PeerClient,
  ) {
    this.received = Array.from({ length: subscribers }, () => 0);
  }

  /** What the slowest subscriber got. */
  get slowest(): number {
    return Math.min(...this.received);
  }

  arrived(subscriber: number): void {
    const count = (this.received[subscriber] ?? 0) + 1;
    this.received[subscriber] = count;
    if (count % BURST === 0) this.ask();
  }

  ask(): void {
    while (!this.hasEnded && this.asked - this.slowest + BURST <= MAX_UNDER_WAY) {
      this.asked += BURST;
      const burst = this.emitter.emit?.(BURST) ?? Promise.resolve();
      this.emitting = this.emitting.then(() => burst);
    }
  }

  /** Nothing came for a while: the rest will not come. */
  writeOff(): void {
    this.received.forEach((count, subscriber) => {
      this.lost += this.asked - count;
      this.received[subscriber] = this.asked;
    });
    this.ask();
  }

  /** Asks for no more, and waits for what is under way as long as some of it comes. */
  async end(): Promise<void> {
    this.hasEnded = true;
    await this.emitting;
    const standstill = new Standstill();
    while (this.slowest < this.asked && !standstill.isLong(this.slowest)) await pause(LOOK_EVERY_MS);
    this.writeOff();
  }
}

/** Events a second at each of so many subscribers, each with a connection of its own; nothing where there are no events. */
export const eventsPerSecond: ClientTask<EventsOptions, EventsResult | undefined> = async (
  { peer, client, address },
  { subscribers, ms },
) => {
  if (client.emit === undefined || client.subscribe === undefined) return undefined;
  const clients = await Promise.all(Array.from({ length: subscribers }, () => peer.connect(address)));
  const flow = new Flow(subscribers, client);
  await Promise.all(
    clients.map((each, index) => each.subscribe?.(() => flow.arrived(index)) ?? Promise.resolve()),
  );
  try {
    flow.ask();
    await watched(flow, ms * WARM_UP);
    const before = flow.slowest;
    const startedAt = performance.now();
    await watched(flow, ms);
    const perSecond = ((flow.slowest - before) * 1_000) / (performance.now() - startedAt);
    await flow.end();
    return { perSecond, lost: flow.lost };
  } finally {
    await Promise.all(clients.map((each) => each.close()));
  }
};

/** Lets the flow go on for a while, over what is lost. */
async function watched(flow: Flow, ms: number): Promise<void> {
  const until = performance.now() + ms;
  const standstill = new Standstill();
  while (performance.now() < until) {
    await pause(Math.min(LOOK_EVERY_MS, until - performance.now()));
    if (standstill.isLong(flow.slowest)) flow.writeOff();
  }
}
