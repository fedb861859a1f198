import { RegistryModule, RigApp } from "rigwire";
import { ChaosDevice } from "../chaos-device";
import { Journal } from "../journal";
import { readSecurity } from "../rig-keys";
import { Child } from "./child";

const TICK_EVERY_MS = 10;
const ALIVE_TIMEOUT_MS = 3_000;
const HEARTBEAT_MS = 1_000;
const CLOSE_GRACE_MS = 500;

const [, , name = "", registry = "", journal = "", keys = "", advertise = "", ...where] = process.argv;
const [url = "tcp://127.0.0.1", signalPort = "", tokens = "", ...roads] = where;

async function main(): Promise<void> {
  const device = new ChaosDevice(new Journal(journal), `${name}/${process.pid}/${Date.now()}`);
  const child = new Child(({ kind }) => {
    if (kind !== "finish") return;
    child.tell({ kind: "finished", lastTick: device.tickLast() });
  });
  const app = new RigApp({ closeOnSignals: true, security: readSecurity(keys) })
    .use(RegistryModule.connect(registry, { aliveTimeoutMs: ALIVE_TIMEOUT_MS, heartbeatMs: HEARTBEAT_MS }))
    .serve(device, {
      name,
      url: [url, ...roads],
      overwrite: true,
      heartbeatMs: HEARTBEAT_MS,
      closeGraceMs: CLOSE_GRACE_MS,
      // Who stands behind a wire is reached over it alone.
      ...(advertise !== "" && { advertise, local: false }),
      ...(tokens !== "" && { tokens }),
      ...(signalPort !== "" && { signalPort: Number(signalPort) }),
    });
  // The channel to the main process would keep this one alive.
  void app.closed.then(() => process.exit());
  await app.start();
  device.tickEvery(TICK_EVERY_MS);
  child.tell({ kind: "ready", url: app.servers[0]?.url ?? "" });
}

void main();
