import { join } from "node:path";
import { clientOf, connect } from "rigwire";
import { KIND } from "../../lib/transport/stream/frame-layout";
import { signalAccount } from "../support/signal-account";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RawStream } from "../support/raw-stream";
import { forgetPeak, MIB, residentMemory, tellGrowth } from "../support/resident-memory";
import { freshSocketPath } from "../support/socket-folder";
import { typeScriptProgram } from "../support/typescript-child";
import { Probe } from "./programs/device-process";

jest.setTimeout(60_000);

const program = typeScriptProgram(join(__dirname, "programs/device-process.ts"));

/** Each value, its text and its bytes, until the engine has collected them. */
const PASSING_MIB = 240;

async function startDevice(options: object = {}) {
  const url = `unix://${freshSocketPath()}`;
  const child = program.start(["device", JSON.stringify({ url, ...options })]);
  await child.next();
  const probe = connect(Probe, url);
  closing(clientOf(probe));
  const account = signalAccount(probe, probe.moved);
  await probe.stop();
  forgetPeak(child.pid);
  return {
    child,
    url,
    probe,
    account,
    before: residentMemory(child.pid).now,
  };
}

/** The head of a request with one part, which announces so many bytes. */
function headOf(bytes: number): Buffer {
  const head = Buffer.alloc(12);
  head.set([KIND.message, 1]);
  head.writeUInt32BE(bytes, 8);
  return head;
}

it("100 unfinished messages of 32 MiB over a stream take no more than four of the largest size", async () => {
  const { child, url, probe, before } = await startDevice();
  const piece = Buffer.alloc(MIB);

  const peers: RawStream[] = [];
  for (let count = 0; count < 100; count++) {
    const peer = await RawStream.greeted(url);
    peers.push(peer);
    peer.write(headOf(32 * MIB));
    for (let sent = 0; sent < 31; sent++) peer.write(piece);
  }
  await eventually(
    "all but eight are gone",
    () => peers.filter(({ isEnded }) => !isEnded).length <= 8,
    30_000,
  );
  expect(await probe.take(1)).toBe(true);

  const bound = 4 * 64 + 96;
  expect(tellGrowth("stream: 100 unfinished messages of 32 MiB", child.pid, before, bound)).toBeLessThan(
    bound,
  );
  child.send("end");
  expect(await child.ended).toEqual({ code: 0, signal: null });
});

it("a client of a stream that does not read its replies takes what is stated at most", async () => {
  const { child, url, probe, before } = await startDevice({ maxUnreadReplyBytes: 32 * MIB });
  const peer = await RawStream.greeted(url);
  peer.pause();

  for (let index = 1; index <= 100; index++) peer.call(index, "bytes", 20 * MIB);
  const isRefused = () => {
    peer.call(1_000, "take", 1);
    return child.stderr.includes("does not read its replies");
  };
  await eventually("its requests are dropped", isRefused, 30_000);
  expect(await probe.take(1)).toBe(true);

  // What waits, with one that goes beyond it; what is on its way, with one that goes beyond that.
  const bound = 32 + 20 + 4 + 20 + PASSING_MIB;
  const what = "stream: 100 replies of 20 MiB that are not read";
  expect(tellGrowth(what, child.pid, before, bound)).toBeLessThan(bound);
});

it.each([
  ["one", 1],
  ["ten", 10],
])("a subscriber over a stream that does not read (%s) takes what is stated at most", async (what, count) => {
  const { child, url, probe, account, before } = await startDevice();
  for (let index = 0; index < count; index++) {
    const peer = await RawStream.greeted(url);
    peer.send(KIND.subscribe, 0, "moved");
    peer.call(1, "stop");
    await peer.next(KIND.message);
    peer.pause();
  }

  for (let sent = 0; sent < 1_500; sent += 20) await probe.emit(20, MIB);

  // With the one who reads, and may lag as well.
  const bound = 9 * (count + 1) + PASSING_MIB;
  const subject = `stream: 1,500 signals of 1 MiB, ${what} not reading`;
  expect(tellGrowth(subject, child.pid, before, bound)).toBeLessThan(bound);
  const told = () => account().heard + account().missed;
  await eventually("everything is heard or told", () => told() === 1_500, 30_000);
});
