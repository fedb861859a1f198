import { DeviceRegistry } from "rigwire";
import { Child } from "./child";

const [, , url = ""] = process.argv;

async function main(): Promise<void> {
  const child = new Child(() => undefined);
  const registry = await DeviceRegistry.open({ url, heartbeatMs: 1_000 });
  child.tell({ kind: "ready", url: registry.url });
}

void main();
