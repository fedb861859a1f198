import "reflect-metadata";
import { AdvertisementModule, RigApp } from "../../../lib/index";
import { Motor } from "../motor";

// Serves a motor that is advertised in the folder of the first argument, and prints that it does.

const [, , folder = ""] = process.argv;

async function main(): Promise<void> {
  const module = AdvertisementModule.local({ folder, confirmMs: 100 });
  await new RigApp().use(module).serve(Motor).start();
  process.stdout.write(`${JSON.stringify("started")}\n`);
}

void main();
