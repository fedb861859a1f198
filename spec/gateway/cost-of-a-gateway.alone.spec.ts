import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { clientOf, connect, type DeviceRecord, type Remote } from "../../lib/index";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import { type TypeScriptChild, typeScriptProgram } from "../support/typescript-child";
import { Gauge } from "./gauge";

jest.setTimeout(60_000);

const DEVICES = 20;
const SIGNALS = 50;
const SIGNALS_PER_SECOND = 10 * SIGNALS;

const MEASURED_MS = 5_000;

const READS = 2_000;
const WARM_UP = 500;

/** Far more than it takes on a machine that does other things as well. */
const VALUES_WITHIN_MS = 20_000;

const gauges = typeScriptProgram(join(__dirname, "programs/gauges-process.ts"));
const gateways = typeScriptProgram(join(__dirname, "programs/gateway-process.ts"));

async function cpuMsOf(gateway: TypeScriptChild): Promise<number> {
  gateway.send("cpu");
  const { user, system } = (await gateway.next()) as NodeJS.CpuUsage;
  return (user + system) / 1_000;
}

/** Two values of every other device, and three of the rest. */
function valuesOf(gauge: Remote<Gauge>, index: number) {
  const { pressure, temperature, flow } = gauge;
  return index % 2 === 0 ? [pressure, temperature] : [pressure, temperature, flow];
}

it("one client listens to all signals of many devices through a gateway", async () => {
  const records = (await gauges.start([String(DEVICES)]).next()) as DeviceRecord[];
  const gateway = gateways.start([JSON.stringify(records)]);
  const base = String(await gateway.next()).replace(/^http/, "ws");

  const received: number[] = Array.from({ length: SIGNALS }, () => 0);
  const connectedAt = performance.now();
  const values = records.flatMap(({ name }, index) => {
    const gauge = connect(Gauge, `${base}/devices/${name}`, { logger: new RecordingLogger() });
    closing(clientOf(gauge));
    return valuesOf(gauge, index);
  });
  expect(values).toHaveLength(SIGNALS);
  values.forEach(({ changes$ }, index) => {
    changes$.subscribe(() => (received[index] = (received[index] ?? 0) + 1));
  });
  await eventually("all values are there", () => received.every((count) => count > 0), VALUES_WITHIN_MS);
  const firstMs = performance.now() - connectedAt;

  const before = { cpuMs: await cpuMsOf(gateway), at: performance.now(), received: sum(received) };
  await pause(MEASURED_MS);
  const seconds = (performance.now() - before.at) / 1_000;
  const rate = (sum(received) - before.received) / seconds;
  const cpu = ((await cpuMsOf(gateway)) - before.cpuMs) / 1_000 / seconds;

  process.stdout.write(
    `CPU of the gateway with ${DEVICES} devices and ${SIGNALS} signals at 10 Hz and one client that listens to all: ` +
      `${cpu.toFixed(3)} s a second (${rate.toFixed(0)} signals/s came)\n` +
      `time from connecting to the first values of all: ${firstMs.toFixed(0)} ms\n`,
  );
  expect(rate).toBeGreaterThan(SIGNALS_PER_SECOND / 2);
  expect(rate).toBeLessThan(SIGNALS_PER_SECOND * 1.5);
  expect(cpu).toBeGreaterThan(0);
  expect(cpu).toBeLessThan(1);
});

it("adds little to the time that a read takes", async () => {
  const records = (await gauges.start(["1"]).next()) as DeviceRecord[];
  const { name, url } = records[0] ?? {};
  const base = String(await gateways.start([JSON.stringify(records)]).next()).replace(/^http/, "ws");
  const [direct, through] = [String(url), `${base}/devices/${String(name)}`].map((address) => {
    const gauge = connect(Gauge, address, { logger: new RecordingLogger() });
    closing(clientOf(gauge));
    return { gauge, tookMs: [] as number[] };
  });
  // In turns, so that both meet the same moments of the machine.
  for (let count = 0; count < READS + WARM_UP; count++) {
    for (const way of [direct, through]) {
      const startedAt = performance.now();
      await way?.gauge.flow.get();
      if (count >= WARM_UP) way?.tookMs.push(performance.now() - startedAt);
    }
  }
  const [p50, p99] = [0.5, 0.99].map((part) =>
    [direct, through].map((way) => way?.tookMs.sort((a, b) => a - b)[Math.floor(READS * part)] ?? NaN),
  ) as [[number, number], [number, number]];
  process.stdout.write(
    `a read directly, and through a gateway: p50 ${p50[0].toFixed(2)} and ${p50[1].toFixed(2)} ms, ` +
      `p99 ${p99[0].toFixed(2)} and ${p99[1].toFixed(2)} ms\n`,
  );
  expect(p50[1]).toBeLessThan(p50[0] + 10);
});

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
