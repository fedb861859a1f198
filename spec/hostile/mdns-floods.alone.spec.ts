import { join } from "node:path";
import * as dns from "dns-packet";
import { groupPort } from "../mdns/group-port";
import { recordsOf, Stranger } from "../mdns/stranger";
import { closing } from "../support/closing";
import { residentMemory, tellGrowth } from "../support/resident-memory";
import { typeScriptProgram } from "../support/typescript-child";

jest.setTimeout(120_000);

const FLOOD_MS = 5_000;

/** On a machine that others use as well. */
const LONGEST_TURN_MS = 5_000;

/** What it takes is 50 to 90 after twice as long. */
const BOUND_MIB = 200;

interface Status {
  readonly listed: number;
  readonly watched: number;
  readonly hasOwn: boolean;
  readonly longestTurnMs: number;
}

const BOMB = Array.from({ length: 30 }, (_, index) => `key${index}=${"x".repeat(240)}`);

const message = (...answers: readonly dns.Answer[]) =>
  dns.encode({ type: "response", answers: [...answers] });

/** What is said again and again, a message at a time, each of them another. */
const FLOODS: readonly (readonly [string, (turn: number) => Buffer])[] = [
  ["services without end, each with all its records", (turn) => message(...recordsOf({ label: `x${turn}` }))],
  [
    "services with texts of 8 kB that change",
    (turn) =>
      message(...recordsOf({ label: `x${turn % 4_000}`, text: ["role=device", `turn=${turn}`, ...BOMB] })),
  ],
  [
    "names without end that nobody describes",
    (turn) =>
      message(
        ...Array.from({ length: 100 }, (_, index) => ({
          name: "_rigwire._tcp.local",
          type: "PTR" as const,
          ttl: 4_500,
          data: `x${turn}-${index}._rigwire._tcp.local`,
        })),
      ),
  ],
  [
    "addresses without end of one computer",
    (turn) =>
      message(
        ...recordsOf({ label: "x" }),
        ...Array.from({ length: 100 }, (_, index) => ({
          name: "stranger.local",
          type: "A" as const,
          ttl: 4_500,
          data: `127.${turn % 256}.${index}.1`,
        })),
      ),
  ],
  [
    "services that come and go",
    (turn) => message(...recordsOf({ label: `x${turn % 50}`, ttl: turn % 2 === 0 ? 120 : 0 })),
  ],
];

describe("a program that is flooded by mDNS", () => {
  const program = typeScriptProgram(join(__dirname, "../mdns/programs/flooded-app.ts"));

  it.each(FLOODS)("lives, keeps its own device listed and its memory bounded: %s", async (what, at) => {
    const port = groupPort();
    const app = program.start([String(port)], { RIGWIRE_LOG: "silent" });
    await app.next();
    const before = residentMemory(app.pid).now;
    const stranger = closing(await Stranger.join(port));
    const until = performance.now() + FLOOD_MS;
    const statuses: Status[] = [];
    const reading = (async () => {
      while (performance.now() < until) statuses.push((await app.next()) as Status);
    })();
    let sent = 0;
    for (; performance.now() < until; sent++) {
      await stranger.send(at(sent));
      // What is read here has its turn too.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await reading;
    const last = (await app.next()) as Status;
    const longest = Math.max(...statuses.map(({ longestTurnMs }) => longestTurnMs));
    process.stdout.write(`${what}: ${sent} messages, longest turn ${longest} ms, ${JSON.stringify(last)}\n`);
    expect(tellGrowth(what, app.pid, before, BOUND_MIB)).toBeLessThan(BOUND_MIB);
    expect(longest).toBeLessThan(LONGEST_TURN_MS);
    expect(last.hasOwn).toBe(true);
    expect(last.listed).toBeLessThanOrEqual(4_096);
  });
});
