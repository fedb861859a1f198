import { join } from "node:path";
import { closing } from "../support/closing";
import { message, RawPeer } from "../support/raw-peer";
import { forgetPeak, MIB, residentMemory, tellGrowth } from "../support/resident-memory";
import { typeScriptProgram } from "../support/typescript-child";

jest.setTimeout(60_000);

const program = typeScriptProgram(join(__dirname, "programs/device-process.ts"));

const CALLS = 40;
const TEXT = "x".repeat(2 * MIB);
/** Of what takes many times its text in memory; as many as a text may hold. */
const LISTS = `[${"[],".repeat(100_000)}[]]`;

/** Each call as it comes: its bytes, its text and its values, until the engine has collected them. */
const PASSING_MIB = 240;

async function startDevice(options: object) {
  // A raw peer answers no heartbeat.
  const child = program.start(["device", JSON.stringify({ heartbeatMs: 60_000, ...options })]);
  const { url } = (await child.next()) as { readonly url: string };
  const peer = await RawPeer.open(url);
  closing(peer);
  peer.write(call("hold", "hold", ""));
  // Whoever gets this knows that the method runs.
  peer.write(call("stop", "stop", ""));
  await peer.nextBody();
  forgetPeak(child.pid);
  return { child, url, peer, before: residentMemory(child.pid).now };
}

function call(id: string, method: string, args: string): Buffer {
  return message(id, "", `{"event":"METHOD_CALL","method":"${method}","params":{"args":[${args}]}}`);
}

describe("a device with a method that runs", () => {
  it.each([
    ["texts", JSON.stringify(TEXT)],
    ["lists of nothing", LISTS],
  ])("keeps no more %s of calls that wait than it may, and says so", async (what, argument) => {
    const { child, url, peer, before } = await startDevice({
      maxWaitingBytesPerClient: 24 * MIB,
      maxWaitingBytes: 32 * MIB,
    });
    const other = await RawPeer.open(url);
    closing(other);

    const refusals = [];
    for (let index = 0; index < CALLS; index++) peer.write(call(`a${index}`, "echo", argument));
    peer.write(call("now", "stop", ""));
    for (let reply = ""; !reply.includes('"result"');) {
      reply = String(await peer.nextBody());
      refusals.push(reply);
    }
    for (let index = 0; index < CALLS / 2; index++) other.write(call(`b${index}`, "echo", argument));

    expect(refusals.length).toBeGreaterThan(CALLS - 10);
    expect(refusals[0]).toContain("busy");
    expect(refusals[0]).toContain(`more than ${24 * MIB} bytes (maxWaitingBytesPerClient)`);
    expect(String(await other.nextBody())).toContain("(maxWaitingBytes)");
    const bound = 32 + PASSING_MIB;
    expect(tellGrowth(`${CALLS} calls with ${what}`, child.pid, before, bound)).toBeLessThan(bound);
  });

  it("lets go at once of calls that are given up before their turn", async () => {
    const { child, peer, before } = await startDevice({});

    for (let index = 0; index < 3 * CALLS; index++) {
      peer.write(call(`a${index}`, "echo", JSON.stringify(TEXT)));
      peer.write(message("", JSON.stringify({ event: "CANCEL", id: `a${index}` })));
      expect(String(await peer.nextBody())).toContain("gave it up");
    }

    const bound = 120;
    expect(tellGrowth(`${3 * CALLS} calls given up`, child.pid, before, bound)).toBeLessThan(bound);
  });

  it("keeps nothing of 100,000 small calls that are given up", async () => {
    const { child, peer, before } = await startDevice({});

    for (let round = 0; round < 25; round++) {
      for (let index = 0; index < 4_000; index++) {
        peer.write(call(`a${index}`, "echo", "1"));
        peer.write(message("", JSON.stringify({ event: "CANCEL", id: `a${index}` })));
      }
      for (let index = 0; index < 4_000; index++) await peer.nextBody();
    }

    const bound = 60;
    expect(tellGrowth("100,000 calls given up", child.pid, before, bound)).toBeLessThan(bound);
  });
});
