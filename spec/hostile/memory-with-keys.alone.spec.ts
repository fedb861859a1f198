import { join } from "node:path";
import { clientOf, connect } from "rigwire";
import { signalAccount } from "../support/signal-account";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { ask, keyedDealer, type KeyedDevice, keyedSubscriber } from "../support/keyed-peers";
import { frame, RawPeer } from "../support/raw-peer";
import { forgetPeak, MIB, residentMemory, tellGrowth } from "../support/resident-memory";
import { typeScriptProgram } from "../support/typescript-child";
import { Probe } from "./programs/device-process";

jest.setTimeout(90_000);

const program = typeScriptProgram(join(__dirname, "programs/device-process.ts"));

/** Each value, its text and its bytes, until the engine has collected them. */
const PASSING_MIB = 240;

/** Messages of one client that ZeroMQ holds in each direction, with the one that is on its way. */
const HELD = 9;

const COMMAND = 4;
const CURVE_GREETING = Buffer.concat(
  [Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0]), Buffer.from("CURVE")],
  64,
);

async function startDevice(options: object = {}) {
  const child = program.start(["with-keys", JSON.stringify(options)]);
  const device = (await child.next()) as KeyedDevice & { readonly secretKey: string };
  const { url, publicKey, secretKey } = device;
  const probe = connect(Probe, url, {
    security: { keys: { publicKey, secretKey }, serverKey: publicKey },
  });
  closing(clientOf(probe));
  const account = signalAccount(probe, probe.moved);
  await probe.stop();
  return { child, device, probe, account };
}

function call(method: string, ...args: unknown[]) {
  return { event: "METHOD_CALL", method, params: { args } };
}

it.each([
  ["one", 1],
  ["ten", 10],
])("a subscriber with keys that does not read (%s) takes what is stated at most", async (what, count) => {
  const { child, device, probe, account } = await startDevice();
  for (let index = 0; index < count; index++) {
    const subscriber = await keyedSubscriber(device, { receiveHighWaterMark: 1 });
    // Its first signal tells that it is subscribed.
    const first = subscriber.receive();
    const there = { is: false };
    void first.then(() => (there.is = true));
    while (!there.is) await probe.emit(1, 1);
  }
  const sentBefore = () => account().heard + account().missed;
  await eventually("the first signals arrived", () => sentBefore() >= count, 10_000);
  await probe.stop();
  const before = residentMemory(child.pid).now;
  forgetPeak(child.pid);
  const { heard: heardBefore, missed: missedBefore } = account();

  for (let sent = 0; sent < 1_500; sent += 20) await probe.emit(20, MIB);

  const bound = 256 + PASSING_MIB;
  const grown = tellGrowth(
    `with keys: 1,500 signals of 1 MiB, ${what} not reading`,
    child.pid,
    before,
    bound,
  );
  expect(grown).toBeLessThan(bound);
  const told = () => account().heard - heardBefore + account().missed - missedBefore;
  await eventually("everything is heard or told", () => told() >= 1_500, 30_000);
  child.send("end");
  expect(await child.ended).toEqual({ code: 0, signal: null });
});

it("who reads gets signals again when a subscriber that did not read is gone", async () => {
  const { device, probe, account } = await startDevice();
  const subscriber = await keyedSubscriber(device, { receiveHighWaterMark: 1 });
  await eventually(
    "large signals are dropped",
    async () => {
      await probe.emit(20, MIB);
      return account().missed > 0;
    },
    30_000,
  );

  subscriber.close();

  await eventually(
    "they come again",
    async () => {
      const { heard } = account();
      await probe.emit(1, MIB);
      return account().heard > heard;
    },
    30_000,
  );
});

it("a client with keys that does not read its replies takes what is stated at most", async () => {
  const { child, device, probe } = await startDevice({ maxUnreadReplyBytes: 32 * MIB });
  const client = keyedDealer(device, { receiveHighWaterMark: 1 });
  expect(await ask(client, call("take", 1))).toMatchObject({ result: true });
  const before = residentMemory(child.pid).now;
  forgetPeak(child.pid);

  for (let index = 0; index < 100; index++) {
    await client.send([String(index), "", JSON.stringify(call("bytes", 20 * MIB))]);
  }
  // Whoever has left too much unread is not served any more.
  const isRefused = async () => {
    await client.send(["more", "", JSON.stringify(call("take", 1))]);
    return child.stderr.includes("does not read its replies");
  };
  await eventually("its requests are dropped", isRefused, 30_000);
  expect(await probe.take(1)).toBe(true);

  const bound = 32 + 20 * (HELD + 1) + PASSING_MIB;
  const what = "with keys: 100 replies of 20 MiB that are not read";
  expect(tellGrowth(what, child.pid, before, bound)).toBeLessThan(bound);
});

it("requests with keys that a device does not get to wait at their client", async () => {
  const { child, device } = await startDevice();
  const client = keyedDealer(device);
  expect(await ask(client, call("take", 1))).toMatchObject({ result: true });
  const before = residentMemory(child.pid).now;
  forgetPeak(child.pid);

  await client.send(["block", "", JSON.stringify(call("block", 4_000))]);
  const text = "x".repeat(3 * MIB);
  for (let index = 0; index < 200; index++) {
    await client.send([String(index), "", JSON.stringify(call("take", text))]);
  }
  const [id] = await client.receive();
  expect(String(id)).toBe("block");

  const bound = HELD * 3 + PASSING_MIB;
  const what = "with keys: 200 requests of 3 MiB to a device that stands still";
  expect(tellGrowth(what, child.pid, before, bound)).toBeLessThan(bound);
});

describe("strangers who announce much before they have shaken hands with keys", () => {
  async function announce(url: string, mib: number, count: number): Promise<RawPeer[]> {
    return Promise.all(
      Array.from({ length: count }, async () => {
        const peer = await RawPeer.connect(url);
        closing(peer);
        peer.write(CURVE_GREETING);
        peer.write(frame("", COMMAND, mib * MIB));
        const piece = Buffer.alloc(MIB);
        // All but the last byte.
        for (let sent = 1; sent < mib; sent++) peer.write(piece);
        peer.write(piece.subarray(1));
        return peer;
      }),
    );
  }

  it("take what their link carries in 3 s, and not longer", async () => {
    const { child, device, probe } = await startDevice();
    const before = residentMemory(child.pid).now;
    forgetPeak(child.pid);
    const startedAt = performance.now();

    const strangers = await announce(device.url, 60, 20);
    await Promise.all(strangers.map((peer) => peer.closed()));

    const lasted = performance.now() - startedAt;
    process.stdout.write(`strangers were dropped after ${(lasted / 1000).toFixed(1)} s\n`);
    expect(lasted).toBeLessThan(8_000);
    const bound = 20 * 60 + 64;
    const what = "with keys: 20 strangers with handshakes of 60 MiB";
    expect(tellGrowth(what, child.pid, before, bound)).toBeLessThan(bound);
    await eventually("it is let go", () => residentMemory(child.pid).now - before < 64 * MIB, 10_000);
    expect(await probe.stop()).toBe(true);
  });

  it("take next to nothing where messages are small", async () => {
    const { child, device, probe } = await startDevice({ maxMessageBytes: MIB });
    const before = residentMemory(child.pid).now;
    forgetPeak(child.pid);

    const strangers = await announce(device.url, 60, 20);
    await Promise.all(strangers.map((peer) => peer.closed()));

    const bound = 32;
    const what = "with keys: 20 strangers with handshakes of 60 MiB where 1 MiB is the limit";
    expect(tellGrowth(what, child.pid, before, bound)).toBeLessThan(bound);
    expect(await probe.stop()).toBe(true);
  });
});
