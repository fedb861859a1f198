import "reflect-metadata";
import { openSync } from "node:fs";
import { devNull } from "node:os";
import { clientOf, connect, serve } from "../../../lib/index";
import { Motor } from "../motor";

// Serves at the URL of the first argument, opens all the files that it may, serves at the URL of the second and asks the
// first; prints both errors.

const [, , first = "", second = ""] = process.argv;

async function main(): Promise<void> {
  // What is needed for it is loaded now.
  const server = await serve(new Motor(), { url: first });
  await clientOf(connect(Motor, server.url)).inventory({ timeoutMs: 5_000 });
  try {
    for (;;) openSync(devNull, "r");
  } catch {
    const errors = [
      await serve(new Motor(), { url: second }).catch(String),
      await clientOf(connect(Motor, server.url)).inventory({ timeoutMs: 1_000 }).catch(String),
    ];
    process.stdout.write(`${JSON.stringify(errors)}\n`);
  }
  process.exit();
}

void main();
