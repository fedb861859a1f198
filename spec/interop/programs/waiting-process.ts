import "reflect-metadata";
import { serve } from "../../../lib/index";
import { WaitingDevice } from "../waiting-device";

// Serves the waiting device at the URL of the first argument; prints where, and then each call that begins.

const [, , url = "tcp://127.0.0.1"] = process.argv;

function tell(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

async function main(): Promise<void> {
  const server = await serve(new WaitingDevice(tell), { name: "waiting", url });
  tell(server.url);
}

void main();
