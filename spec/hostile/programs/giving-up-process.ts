import "reflect-metadata";
import { createInterface } from "node:readline";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { clientOf, connect, type Remote, withOptions } from "../../../lib/index";
import { Probe } from "./device-process";

const CALLS_OF_A_ROUND = 100;
const TEXT_LENGTH = 1_000;

/**
 * Connects to the device of the first argument and says so. Then makes as many calls as each line says, gives all of them
 * up, and prints what it keeps more than before, in bytes.
 */
async function main(): Promise<void> {
  const [, , url = "", options = "{}"] = process.argv;
  const probe = connect(Probe, url, JSON.parse(options) as object);
  await probe.stop();
  await giveUp(probe, 1_000);
  tell("ready");
  for await (const line of createInterface({ input: process.stdin })) {
    const before = keptBytes();
    const reasons = await giveUp(probe, Number(JSON.parse(line)));
    const after = keptBytes();
    tell({ heap: after.heap - before.heap, resident: after.resident - before.resident, reasons });
  }
  await clientOf(probe).close();
}

/** @returns Why the calls ended. */
async function giveUp(probe: Remote<Probe>, calls: number): Promise<readonly string[]> {
  const reasons = new Set<string>();
  for (let count = 0; count < calls; count += CALLS_OF_A_ROUND) {
    const controller = new AbortController();
    const abortable = withOptions(probe, { signal: controller.signal });
    const made = Array.from({ length: CALLS_OF_A_ROUND }, (_, index) =>
      abortable.take(`${index} ${"x".repeat(TEXT_LENGTH)}`).catch((error: unknown) => {
        reasons.add(error instanceof Error ? error.constructor.name : String(error));
      }),
    );
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    await Promise.all(made);
  }
  return [...reasons];
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function keptBytes() {
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, resident: rss };
}

function tell(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

void main();
