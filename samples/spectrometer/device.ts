import { Command } from "commander";
import { RegistryModule, RigApp } from "rigwire";
import { whenStarterEnds } from "../interruption";
import { Spectrometer } from "./spectrometer";
import { Stage } from "./stage";

const KINDS = { stage: Stage, spectrometer: Spectrometer } as const;

interface DeviceArguments {
  readonly url: string;
  readonly registry: string;
}

new Command("device")
  .description("Serves the stage or the spectrometer until it is stopped.")
  .argument("<kind>", Object.keys(KINDS).join(", "))
  .option("--url <url>", "where to serve; without a port, a free one", "tcp://127.0.0.1")
  .requiredOption("--registry <url>", "where the devices find each other, such as tcp://10.0.0.1:5555")
  .action(serveDevice)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });

async function serveDevice(kind: string, { url, registry }: DeviceArguments): Promise<void> {
  const app = new RigApp({ closeOnSignals: true }).use(RegistryModule.connect(registry));
  whenStarterEnds(() => void app.close());
  app.serve(deviceOf(kind), { url, name: kind });
  await app.start();
  for (const server of app.servers) console.log(`ready ${server.name} ${server.url}`);
  await app.closed;
  if (process.connected) process.disconnect();
}

function deviceOf(kind: string): typeof Stage | typeof Spectrometer {
  switch (kind) {
    case "stage":
    case "spectrometer":
      return KINDS[kind];
    default:
      throw new Error(`"${kind}" is no device here: choose one of ${Object.keys(KINDS).join(", ")}`);
  }
}
