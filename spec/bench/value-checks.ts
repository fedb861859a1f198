// What the checks of values cost a call: before a value is written as JSON, it is looked through for what JSON would
// change. To be run by hand: npx tsc -p spec/bench && node build/bench/spec/bench/value-checks.js
import "reflect-metadata";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { Any, Arg, clientOf, connect, JsonMethod, RpcService, serve } from "../../lib";
import { isPlainJson } from "../../lib/wire/plain-json";

const ROUNDS = 7;
const ROUND_MS = 400;
const STEP = 1_000;
const IN_FLIGHT = 128;
const BUDGET_PERCENT = 3;

/** As in the benchmark of calls: about 60 bytes of JSON. */
const ECHOED = { id: 12_345, name: "stage-1", position: [1.5, 2.25, 3.125], ok: true };

const VALUES: readonly (readonly [what: string, value: unknown])[] = [
  ["an object of 60 bytes", ECHOED],
  ["a number", 25.5],
  ["a text of 1,000 characters", "x".repeat(1_000)],
  ["1,000 numbers", Array.from({ length: 1_000 }, (_, index) => index / 7)],
  ["100 objects of 60 bytes", Array.from({ length: 100 }, (_, id) => ({ ...ECHOED, id }))],
];

@RpcService({ type: "echo" })
class Echo {
  @JsonMethod()
  echo(@Arg("value", { type: Any }) value: unknown): unknown {
    return value;
  }
}

/** The best round: the one that nothing else disturbed. */
function nanosecondsOf(work: () => unknown): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    let count = 0;
    const start = performance.now();
    while (performance.now() - start < ROUND_MS) {
      for (let index = 0; index < STEP; index++) work();
      count += STEP;
    }
    return ((performance.now() - start) * 1e6) / count;
  });
  return Math.min(...rounds);
}

/** As the library writes a value that the check finds plain. */
function checkedJson(value: unknown): string {
  return isPlainJson(value) ? JSON.stringify(value) : "";
}

function print(what: string, figure: string): void {
  process.stdout.write(`${what.padEnd(64)}${figure.padStart(12)}\n`);
}

function benchEncoding(): void {
  for (const [what, value] of VALUES) {
    const bare = nanosecondsOf(() => JSON.stringify(value));
    const checked = nanosecondsOf(() => checkedJson(value));
    print(`encode ${what}: without the check`, `${bare.toFixed(0)} ns`);
    print(`encode ${what}: with it`, `${checked.toFixed(0)} ns`);
    print(`encode ${what}: ratio`, (checked / bare).toFixed(2));
  }
}

/** Nanoseconds of a call with many in flight, between two processes. */
async function nanosecondsOfCall(url: string): Promise<number> {
  const remote = connect(Echo, url);
  await remote.echo(ECHOED);
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    let calls = 0;
    const start = performance.now();
    const flood = async () => {
      while (performance.now() - start < ROUND_MS) {
        await remote.echo(ECHOED);
        calls += 1;
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, flood));
    rounds.push(((performance.now() - start) * 1e6) / calls);
  }
  await clientOf(remote).close();
  return Math.min(...rounds);
}

async function benchCall(): Promise<void> {
  const server = fork(__filename, ["serve"]);
  try {
    const call = await nanosecondsOfCall(await urlOf(server));
    // The arguments are checked by the client, the result by the server.
    const perCall = nanosecondsOf(() => isPlainJson([ECHOED])) + nanosecondsOf(() => isPlainJson(ECHOED));
    const percent = (100 * perCall) / call;
    print(`a call with ${IN_FLIGHT} in flight`, `${call.toFixed(0)} ns`);
    print("the checks of its arguments and of its result", `${perCall.toFixed(0)} ns`);
    print(`their share (at most ${BUDGET_PERCENT} %)`, `${percent.toFixed(1)} %`);
    if (percent > BUDGET_PERCENT) process.exitCode = 1;
  } finally {
    server.kill();
  }
}

async function urlOf(server: ChildProcess): Promise<string> {
  const [url]: unknown[] = await once(server, "message");
  return String(url);
}

async function main(): Promise<void> {
  if (process.argv[2] === "serve") {
    const { url } = await serve(new Echo());
    process.send?.(url);
    return;
  }
  benchEncoding();
  await benchCall();
}

void main();
