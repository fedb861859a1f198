import { setTimeout as delay } from "node:timers/promises";
import { AddressError, type RpcServer, serve } from "rigwire";
import { ChaosDevice } from "../chaos-device";
import { Journal } from "../journal";
import { Child } from "../processes/child";
import { watchClock } from "./watch-clock";

/** Serves a device at a NATS server alone, and watches the clock by which its commands begin. */

const TICK_EVERY_MS = 10;
const HEARTBEAT_MS = 1_000;
const RETRY_MS = 100;

const [, , name = "", url = "", journal = ""] = process.argv;

/** It may be started while its NATS server is away, or still takes the one that was killed for alive. */
async function served(device: ChaosDevice): Promise<RpcServer> {
  for (;;) {
    try {
      return await serve(device, { name, url, heartbeatMs: HEARTBEAT_MS });
    } catch (error) {
      if (!(error instanceof AddressError)) throw error;
      await delay(RETRY_MS);
    }
  }
}

async function main(): Promise<void> {
  const device = new ChaosDevice(new Journal(journal), `${name}/${process.pid}/${Date.now()}`, watchClock());
  const child = new Child(({ kind }) => {
    if (kind !== "finish") return;
    child.tell({ kind: "finished", lastTick: device.tickLast() });
  });
  const server = await served(device);
  device.tickEvery(TICK_EVERY_MS);
  child.tell({ kind: "ready", url: server.url });
}

void main();
