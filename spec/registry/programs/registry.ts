import "../../support/runtime";
import { DeviceRegistry } from "../../../lib/registry/device-registry";

// A registry at the URL of its first argument; prints where it is, and then each device as it comes and goes.

function print(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

void DeviceRegistry.open({ url: process.argv[2] ?? "tcp://127.0.0.1" }).then((registry) => {
  registry.changes$.subscribe(({ kind, device }) => print([kind, device.name]));
  print(registry.url);
});
