import "reflect-metadata";
import { type DeviceRecord, serve } from "../../../lib/index";
import { Gauge } from "../gauge";

const INTERVAL_MS = 100;

/** Serves as many gauges as it is told to, which measure ten times a second, each at its own time; prints where they are. */
async function main(): Promise<void> {
  const count = Number(process.argv[2]);
  const records: DeviceRecord[] = [];
  for (let index = 0; index < count; index++) {
    const gauge = new Gauge();
    const name = `gauge-${index}`;
    const { url } = await serve(gauge, { url: "tcp://127.0.0.1", name });
    records.push({ name, type: "gauge", url });
    setTimeout(() => setInterval(() => gauge.measure(), INTERVAL_MS), (index * INTERVAL_MS) / count);
  }
  process.stdout.write(`${JSON.stringify(records)}\n`);
}

void main();
