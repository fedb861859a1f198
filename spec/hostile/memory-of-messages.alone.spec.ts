import { join } from "node:path";
import { clientOf, connect } from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { frame, message, RawPeer } from "../support/raw-peer";
import { forgetPeak, MIB, residentMemory, tellGrowth } from "../support/resident-memory";
import { typeScriptProgram } from "../support/typescript-child";
import { Probe } from "./programs/device-process";

jest.setTimeout(60_000);

const program = typeScriptProgram(join(__dirname, "programs/device-process.ts"));

const MORE = 1;

/** What is not needed any more, until the engine has collected it. */
const PASSING_MIB = 240;

async function startDevice(options: object = {}) {
  // A raw peer answers no heartbeat.
  const child = program.start(["device", JSON.stringify({ heartbeatMs: 60_000, ...options })]);
  const { url } = (await child.next()) as { readonly url: string };
  const probe = connect(Probe, url);
  closing(clientOf(probe));
  await probe.stop();
  forgetPeak(child.pid);
  return { child, url, probe, before: residentMemory(child.pid).now };
}

async function peerOf(url: string): Promise<RawPeer> {
  return closing(await RawPeer.open(url));
}

it("100 unfinished messages of 32 MiB take no more than four of the largest size", async () => {
  const { child, url, probe, before } = await startDevice();
  const piece = Buffer.alloc(MIB);

  const peers: RawPeer[] = [];
  for (let count = 0; count < 100; count++) {
    const peer = await peerOf(url);
    peers.push(peer);
    peer.write(frame("", MORE, 32 * MIB));
    for (let sent = 0; sent < 32; sent++) peer.write(piece);
  }
  const isLeft = ({ isClosed }: RawPeer) => !isClosed;
  await eventually("all but eight are gone", () => peers.filter(isLeft).length <= 8, 30_000);
  expect(await probe.take(1)).toBe(true);

  const bound = 4 * 64 + PASSING_MIB;
  expect(tellGrowth("100 unfinished messages of 32 MiB", child.pid, before, bound)).toBeLessThan(bound);
});

it("2 MB in a million parts end their connection", async () => {
  const { child, url, probe, before } = await startDevice();
  const peer = await peerOf(url);

  peer.write(Buffer.concat(Array.from({ length: 1_000_000 }, () => Buffer.from([MORE, 2, 1, 1]))));
  await peer.closed();
  expect(await probe.take(1)).toBe(true);

  const bound = 32;
  expect(tellGrowth("2 MB in a million parts", child.pid, before, bound)).toBeLessThan(bound);
});

it("a client that does not read its replies takes what is stated at most", async () => {
  const { child, url, probe, before } = await startDevice({ maxUnreadReplyBytes: 32 * MIB });
  const peer = await peerOf(url);
  peer.pause();
  const call = (method: string, argument: number) =>
    message("1", "", `{"event":"METHOD_CALL","method":"${method}","params":{"args":[${argument}]}}`);

  for (let count = 0; count < 100; count++) peer.write(call("bytes", 20 * MIB));
  const isRefused = () => {
    peer.write(call("take", 1));
    return child.stderr.includes("does not read its replies");
  };
  await eventually("its requests are dropped", isRefused, 30_000);
  expect(await probe.take(1)).toBe(true);

  // What waits, with one that goes beyond it; what is on its way, with one that goes beyond that.
  const bound = 32 + 20 + 1 + 20 + PASSING_MIB;
  expect(tellGrowth("100 replies of 20 MiB that are not read", child.pid, before, bound)).toBeLessThan(bound);
});
