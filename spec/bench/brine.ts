// Brine, against Python's rpyc, and the RPyC registry with few and many services. To be run by hand:
//   npx tsc -p spec/bench && node build/bench/spec/bench/brine.js
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { decodeBrine } from "../../lib/rpyc/brine/decoder";
import { encodeBrine } from "../../lib/rpyc/brine/encoder";
import { decodeRequest, encodeRequest, type RegistryRequest } from "../../lib/rpyc/registry-message";
import { RegistryResponder } from "../../lib/rpyc/server/registry-responder";
import { findPython } from "../interop/python-peer";

const ROUNDS = 5;
const ROUND_MS = 500;
const STEP = 1_000;

const MESSAGE = ["RPYC", "REGISTER", [["FOO", "BAR"], 12_345]];
const BYTES = encodeBrine(MESSAGE);
const REQUEST: RegistryRequest = { command: "REGISTER", names: ["FOO", "BAR"], port: 12_345 };

/** The best of five rounds of half a second: the one that nothing else disturbed. */
function perSecond(work: (index: number) => unknown): number {
  const rates = Array.from({ length: ROUNDS }, () => {
    let count = 0;
    const start = performance.now();
    while (performance.now() - start < ROUND_MS) {
      for (let index = 0; index < STEP; index++) work(count + index);
      count += STEP;
    }
    return (count * 1_000) / (performance.now() - start);
  });
  return Math.max(...rates);
}

function print(what: string, rate: number, unit = "/s"): void {
  process.stdout.write(`${what.padEnd(52)}${Math.round(rate).toLocaleString("en").padStart(12)} ${unit}\n`);
}

function benchBrine(): void {
  print(
    "rigwire: encode a REGISTER message",
    perSecond(() => encodeBrine(MESSAGE)),
  );
  print(
    "rigwire: decode a REGISTER message",
    perSecond(() => decodeBrine(BYTES)),
  );
  print(
    "rigwire: encode a request",
    perSecond(() => encodeRequest(REQUEST)),
  );
  print(
    "rigwire: decode and check a request",
    perSecond(() => decodeRequest(BYTES)),
  );
}

function benchPython(): void {
  const python = findPython(["rpyc"]);
  if (python === undefined) {
    process.stdout.write("rpyc: no Python here can import it\n");
    return;
  }
  const script = join(process.cwd(), "spec/bench/python_brine.py");
  const rates = JSON.parse(execFileSync(python, [script], { encoding: "utf8" })) as Record<string, number>;
  for (const [what, rate] of Object.entries(rates)) print(`rpyc: ${what} a REGISTER message`, rate);
}

/** Devices under a name of their own and one of ten types; without sockets, to see what the table costs. */
function benchRegistry(devices: number): void {
  const responder = new RegistryResponder({ maxServices: 2 * devices }, 1_500);
  const register = Array.from({ length: devices }, (_, index) =>
    encodeRequest({
      command: "REGISTER",
      names: [`device-${index}`, `type-${index}`],
      port: 1 + (index % 60_000),
    }),
  );
  const heapBefore = collectedHeapBytes();
  const start = performance.now();
  for (const request of register) responder.answer(request, "10.0.0.7");
  const elapsedMs = performance.now() - start;
  const of = `with ${devices.toLocaleString("en")} devices`;
  // A few tell nothing about either.
  if (devices >= 1_000) {
    print(`registry: new registrations ${of}`, (devices * 1_000) / elapsedMs);
    if (heapBefore !== undefined) {
      print(`registry: heap ${of}`, ((collectedHeapBytes() ?? 0) - heapBefore) / 1024, "KiB");
    }
  }
  const query = register.map((_, index) => encodeRequest({ command: "QUERY", name: `device-${index}` }));
  const at = (requests: readonly Buffer[]) => (index: number) =>
    responder.answer(requests[index % devices] ?? BYTES, "10.0.0.7");
  print(`registry: keep-alives ${of}`, perSecond(at(register)));
  print(`registry: lookups by name ${of}`, perSecond(at(query)));
}

/** Known where node runs with --expose-gc. */
function collectedHeapBytes(): number | undefined {
  if (globalThis.gc === undefined) return undefined;
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

benchBrine();
benchPython();
benchRegistry(20);
benchRegistry(10_000);
