import "reflect-metadata";
import { serve } from "../../../lib/index";
import { Motor } from "../motor";

// Rejects without a handler while a device is served, or after, or with a handler of its own; prints that it lives.

const [, , way] = process.argv;

async function main(): Promise<void> {
  if (way === "own-handler") process.on("unhandledRejection", () => process.exit(5));
  const first = await serve(new Motor());
  const second = await serve(new Motor());
  await first.close();
  if (way === "closed") await second.close();
  void Promise.reject(new Error("forgotten"));
  setTimeout(() => {
    process.stdout.write(`${JSON.stringify("alive")}\n`);
    void second.close();
  }, 50);
}

void main();
