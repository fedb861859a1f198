import "reflect-metadata";
import { existsSync, readdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { serve } from "../../../lib/index";
import { Hall } from "../hall";

/** What a server has at a moment. */
export interface HallState {
  readonly heapBytes: number;
  /** Open files and sockets; 0 where the system does not tell. */
  readonly descriptors: number;
  readonly hasListeners: boolean;
}

/** An order to the process: a number of announcements, or to tell its state. */
export type HallOrder = { readonly announce: number } | { readonly tell: "state" };

const DESCRIPTORS = "/proc/self/fd";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function stateOf(hall: Hall): HallState {
  collectGarbage();
  return {
    heapBytes: process.memoryUsage().heapUsed,
    descriptors: existsSync(DESCRIPTORS) ? readdirSync(DESCRIPTORS).length : 0,
    hasListeners: hall.hasListeners,
  };
}

/** Serves a hall and prints where; announces or prints its state when it is told to. */
async function main(): Promise<void> {
  const hall = new Hall();
  const server = await serve(hall, { name: "hall-1" });
  createInterface({ input: process.stdin }).on("line", (line) => {
    const order = JSON.parse(line) as HallOrder;
    if ("announce" in order) hall.announce(order.announce);
    else process.stdout.write(`${JSON.stringify(stateOf(hall))}\n`);
  });
  process.stdout.write(`${JSON.stringify(server.url)}\n`);
}

void main();
