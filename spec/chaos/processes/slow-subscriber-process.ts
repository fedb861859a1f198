import { Random } from "../random";
import { ClientProcess } from "./client";
import { HeardDevice } from "./heard-device";

/**
 * Hears what devices tell, and is slower than they tell it: each tick takes it longer than the next one is away, and now
 * and then its loop stands still for longer than the heartbeat.
 */

/** Four devices tick every 10 ms each. */
const TICK_TAKES_MS = 6;
const SIGNALS_THAT_WAIT = 50;

/** The heartbeat is a second. */
const LONG_MS = { least: 1_200, most: 3_500 } as const;
const LONG_EVERY_TICKS = 300;

const client = new ClientProcess();
let isSlow = true;

function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

async function main(): Promise<void> {
  const random = new Random(client.seed);
  const take = () => {
    if (!isSlow) return;
    const isLong = random.between(1, LONG_EVERY_TICKS) === 1;
    standStill(isLong ? random.between(LONG_MS.least, LONG_MS.most) : TICK_TAKES_MS);
  };
  const heard = await client.start((...of) => new HeardDevice(...of, take), {
    signalHighWaterMark: SIGNALS_THAT_WAIT,
  });
  client.ready(heard, () => {
    isSlow = false;
  });
}

void main();
