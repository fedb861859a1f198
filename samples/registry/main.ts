import { Command } from "commander";
import { DeviceRegistry } from "rigwire";
import { whenInterrupted } from "../interruption";

new Command("registry")
  .description("Runs a device registry until it is stopped, and tells the devices that come and go.")
  .option("--host <host>", "the address to serve at; * for all of this computer's", "127.0.0.1")
  .option("--port <port>", "the port to serve at", "5555")
  .action(async ({ host, port }: { readonly host: string; readonly port: string }) => {
    const registry = await DeviceRegistry.open({ url: `tcp://${host}:${port}` });
    registry.changes$.subscribe(({ kind, device: { name, type, url } }) => {
      console.log(`${kind.padEnd(8)} ${name.padEnd(16)} ${type.padEnd(12)} ${url}`);
    });
    whenInterrupted(() => void registry.close());
    console.log(`ready registry ${registry.url}`);
  })
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
