import "reflect-metadata";
import { createInterface } from "node:readline";
import { clientOf, connect } from "../../../lib/index";
import { Probe } from "./device-process";

/** Subscribes to a device, takes its time for each signal, stands still when told to, and counts. */
async function main(): Promise<void> {
  const [, , url = "", handlerMs = "0", options = "{}"] = process.argv;
  const probe = connect(Probe, url, JSON.parse(options) as object);
  let heard = 0;
  let missed = 0;
  clientOf(probe).missed$.subscribe(({ count }) => (missed += count));
  probe.moved.subscribe(() => {
    heard += 1;
    standStill(Number(handlerMs));
  });
  await probe.stop();
  tell("ready");
  for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line) as { readonly blockMs?: number; readonly end?: boolean };
    if (command.end === true) break;
    if (command.blockMs === undefined) tell({ heard, missed });
    else standStill(command.blockMs);
  }
  process.stdin.destroy();
  await clientOf(probe).close();
}

function standStill(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

function tell(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

void main();
