import { createInterface } from "node:readline";

import { LocalServiceAdvertisement } from "../../../lib/advertisement/local-service-advertisement";

// Looks for services once for every line it is sent, and prints their names.

async function look(): Promise<void> {
  const names: string[] = [];
  for await (const { serviceName } of LocalServiceAdvertisement.discover("bpod")) names.push(serviceName);
  process.stdout.write(`${JSON.stringify(names)}\n`);
}

createInterface({ input: process.stdin }).on("line", () => void look());
process.stdout.write(`"ready"\n`);
