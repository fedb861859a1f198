import "reflect-metadata";
import { serve, type ServeOptions } from "../../../lib/index";
import { Motor } from "../motor";

// Serves a motor at the URL of the first argument with the options of the second, and prints where.

const [, , url = "tcp://127.0.0.1", options = "{}"] = process.argv;

async function main(): Promise<void> {
  const server = await serve(new Motor(), { ...(JSON.parse(options) as ServeOptions), url });
  process.stdout.write(`${JSON.stringify(server.url)}\n`);
}

void main();
