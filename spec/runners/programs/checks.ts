import { clientOf, connect, serve } from "rigwire";
import { Rig } from "./rig.js";

/** Any arguments, as from a client that does not compile. */
type Loose = Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>;

const CALLS: readonly (readonly [method: string, ...args: unknown[]])[] = [
  ["add", 5],
  ["add", "5", true, "a"],
  ["add", 5, undefined, "a"],
  ["add", 1.5],
  ["add", 1, "yes"],
  ["add"],
  ["add", 1, true, "a", 4],
  ["sum", 1, "2", 3],
  ["sum", 1, "a"],
  ["run", [{ mm: 1, from: { x: 1 } }]],
  ["run", [{ mm: -1, from: { x: 1 } }]],
  ["run", [{ mm: 1, from: { x: -1 } }]],
  ["turn", "OPEN"],
  ["turn", "NOPE"],
  ["invite", "a@b.org"],
  ["invite", "nobody"],
  ["none"],
  ["none", 1],
  ["image", 3],
  ["image", 9],
];

/** What becomes of calls, sets and signals of a device and its client, and what was warned of. */
export async function checks(): Promise<string[]> {
  const seen: string[] = [];
  const note = (_details: object, message: string) => void seen.push(`logged: ${message}`);
  const logger = { debug: () => undefined, info: () => undefined, warn: note, error: note };
  const server = await serve(new Rig(), { name: "rig-1", logger });
  const rig = connect(Rig, server.url, { logger });
  try {
    const moved = new Promise<number>((resolve) => rig.moved.subscribe(resolve));
    const loose = rig as unknown as Loose;
    for (const [method, ...args] of CALLS) {
      const outcome = await told(() => loose[method]?.(...args));
      seen.push(`${method}(${JSON.stringify(args)}): ${outcome}`);
    }
    for (const value of [5, "7", 11, "high"]) {
      seen.push(`gain = ${value}: ${await told(() => rig.gain.set(value as number))}`);
    }
    seen.push(`lit = "perhaps": ${await told(() => rig.lit.set("perhaps" as unknown as boolean))}`);
    seen.push(`gain: ${await told(() => rig.gain.get())}`, `moved: ${await moved}`);
    return seen;
  } finally {
    await clientOf(rig).close();
    await server.close();
  }
}

async function told(attempt: () => Promise<unknown> | undefined): Promise<string> {
  try {
    return JSON.stringify(await attempt());
  } catch (error) {
    return String(error);
  }
}
