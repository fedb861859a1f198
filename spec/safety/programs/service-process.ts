import "reflect-metadata";
import { createInterface } from "node:readline";
import { RigApp, setHealth } from "../../../lib/index";
import { Motor } from "../motor";

// An app as a service of systemd. It blocks its event loop for as many milliseconds as a line of its stdin says, and
// closes when that is 0. A text is what is wrong with its device from
// then on, "mended" that nothing is.

function tell(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function block(durationMs: number): void {
  const from = Date.now();
  while (Date.now() < from + durationMs);
  tell({ from, to: Date.now() });
}

async function main(): Promise<void> {
  const motor = new Motor();
  const app = await new RigApp().serve(motor).start();
  tell("started");
  createInterface({ input: process.stdin }).on("line", (line) => {
    const message = JSON.parse(line) as number | string;
    if (message === 0) void app.close().then(() => process.stdin.destroy());
    else if (typeof message === "number") block(message);
    else setHealth(motor, message === "mended" ? { serving: true } : { serving: false, reason: message });
  });
}

void main();
