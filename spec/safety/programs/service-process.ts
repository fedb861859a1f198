import "reflect-metadata";
import { createInterface } from "node:readline";
import { RigApp } from "../../../lib/index";
import { Motor } from "../motor";

// An app as a service of systemd. It blocks its event loop for as many milliseconds as a line of its stdin says, and
// closes when that is 0.

function tell(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function block(durationMs: number): void {
  const from = Date.now();
  while (Date.now() < from + durationMs);
  tell({ from, to: Date.now() });
}

async function main(): Promise<void> {
  const app = await new RigApp().serve(Motor).start();
  tell("started");
  createInterface({ input: process.stdin }).on("line", (line) => {
    if (line === "0") void app.close().then(() => process.stdin.destroy());
    else block(Number(line));
  });
}

void main();
