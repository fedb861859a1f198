import { join } from "node:path";
import { clientOf, connect } from "rigwire";
import { signalAccount } from "../support/signal-account";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { frame, message, RawPeer } from "../support/raw-peer";
import { forgetPeak, MIB, residentMemory, tellGrowth } from "../support/resident-memory";
import { typeScriptProgram } from "../support/typescript-child";
import { Probe } from "./programs/device-process";

jest.setTimeout(90_000);

const program = typeScriptProgram(join(__dirname, "programs/device-process.ts"));

const SUBSCRIBE = "\x01";
const EVERYTHING = "";
const COMMAND = 4;
const SIGNAL = '{"event":"EMIT_SIGNAL","signal":"moved",';

/** Each signal's value, its text and its bytes, until the engine has collected them. */
const PASSING_MIB = 240;

async function startDevice(options: object = {}) {
  const child = program.start(["device", JSON.stringify(options)]);
  const { url } = (await child.next()) as { readonly url: string };
  const probe = connect(Probe, url);
  closing(clientOf(probe));
  const account = signalAccount(probe, probe.moved);
  await probe.stop();
  const signals = `tcp://127.0.0.1:${await signalPort(url)}`;
  return { child, url, probe, signals, account };
}

async function signalPort(url: string): Promise<number> {
  const peer = await RawPeer.open(url);
  closing(peer);
  const { signal_port: port } = (await peer.request({ event: "INIT_SIGNALS_HANDLING" })) as {
    readonly signal_port: number;
  };
  return port;
}

async function stranger(url: string): Promise<RawPeer> {
  return closing(await RawPeer.open(url, "SUB"));
}

async function cpuMs(child: ReturnType<typeof program.start>): Promise<number> {
  child.send("cpu");
  const { user, system } = (await child.next()) as NodeJS.CpuUsage;
  return (user + system) / 1000;
}

/** What it costs the device to emit, in milliseconds of its processor. */
async function costOfSignals(device: Awaited<ReturnType<typeof startDevice>>): Promise<number> {
  const { child, probe, account } = device;
  const before = account();
  const startedAt = await cpuMs(child);
  const count = 20 * 1_000;
  for (let sent = 0; sent < count; sent += 1_000) await probe.emit(1_000, 1);
  const arrived = () => account().heard + account().missed - before.heard - before.missed >= count;
  await eventually("all signals arrived or were told of", arrived, 20_000);
  return (await cpuMs(child)) - startedAt;
}

describe("100,000 topics of one stranger", () => {
  it.each([
    ["none of which is a signal's", (index: number) => `stranger-${index}`],
    ["of signals that the device has not", (index: number) => `${SIGNAL.slice(0, -2)}${index}",`],
    ["each the beginning of the next, and of a signal", (index: number) => SIGNAL.slice(0, index % 40)],
  ])("%s, keep nobody from calling and hearing", async (what, topicOf) => {
    const device = await startDevice();
    const { child, probe, signals } = device;
    await costOfSignals(device);
    const costBefore = await costOfSignals(device);
    const before = residentMemory(child.pid).now;
    forgetPeak(child.pid);

    const peer = await stranger(signals);
    const topics = Array.from({ length: 100_000 }, (_, index) => message(SUBSCRIBE + topicOf(index)));
    peer.write(Buffer.concat(topics));
    peer.write(frame("\x04PING\0\0done", COMMAND));
    const taken = { is: false };
    const taking = (async () => {
      while (!(await peer.nextFrame()).body.includes("done"));
      taken.is = true;
    })();
    let longest = 0;
    while (!taken.is) {
      const askedAt = performance.now();
      await probe.stop();
      longest = Math.max(longest, performance.now() - askedAt);
    }
    await taking;

    peer.pause();
    await costOfSignals(device);
    const cost = await costOfSignals(device);
    process.stdout.write(
      `100,000 topics ${what}: stop() answered within ${longest.toFixed(0)} ms meanwhile; ` +
        `20,000 signals take ${cost.toFixed(0)} ms of the processor, ${costBefore.toFixed(0)} before\n`,
    );
    expect(cost).toBeLessThan(3 * costBefore + 200);
    const bound = 64;
    expect(tellGrowth("100,000 topics", child.pid, before, bound)).toBeLessThan(bound);
    child.send("end");
    expect(await child.ended).toEqual({ code: 0, signal: null });
  });

  it("leave the marks of others alone", async () => {
    const { child, url, probe, signals } = await startDevice();
    for (let strangers = 0; strangers < 12; strangers++) {
      const peer = await stranger(signals);
      const mark = (index: number) => `${SUBSCRIBE}{"event":"CONFIRM","token":"${strangers}-${index}"}`;
      peer.write(Buffer.concat(Array.from({ length: 8_000 }, (_, index) => message(mark(index)))));
      await peer.flushed();
    }
    // It waits for its mark; beyond a bound of all marks together it never came.
    await probe.stop();
    const other = connect(Probe, url);
    closing(clientOf(other));
    let heard = 0;
    other.moved.subscribe(() => (heard += 1));
    await other.stop();
    await probe.emit(1, 1);
    await eventually("a client that came later hears", () => heard === 1, 10_000);
    child.send("end");
    expect(await child.ended).toEqual({ code: 0, signal: null });
  });
});

describe("a subscriber that does not read", () => {
  it.each([
    // With the one who reads, and may lag as well.
    ["one", 1, 128],
    ["ten", 10, 256],
  ])("(%s) takes no more memory than is stated for 1,500 signals of 1 MB", async (what, count, stated) => {
    const { child, probe, signals, account } = await startDevice();
    for (let index = 0; index < count; index++) {
      const peer = await stranger(signals);
      peer.write(message(SUBSCRIBE + EVERYTHING));
      peer.write(frame("\x04PING\0\0here", COMMAND));
      // The answer tells that it is subscribed.
      await peer.nextFrame();
      await probe.emit(1, 1);
      await peer.nextBody();
      peer.pause();
    }
    const { now: before } = residentMemory(child.pid);
    forgetPeak(child.pid);

    for (let sent = 0; sent < 1_500; sent += 20) await probe.emit(20, 1_000_000);

    const bound = stated + PASSING_MIB;
    expect(tellGrowth(`1,500 signals of 1 MB, ${what} not reading`, child.pid, before, bound)).toBeLessThan(
      bound,
    );
    await eventually(
      "everything is heard or told",
      () => account().heard + account().missed === 1_500 + count,
      30_000,
    );
    const { heard, missed } = account();
    process.stdout.write(`who reads heard ${heard} and was told of ${missed}\n`);
    child.send("end");
    expect(await child.ended).toEqual({ code: 0, signal: null });
  });
});

it("subscribes with the commands of ZMTP 3.1 too", async () => {
  const { child, probe, signals } = await startDevice();
  const peer = await stranger(signals);
  peer.write(frame(`\x09SUBSCRIBE${SIGNAL}`, COMMAND));
  peer.write(frame("\x04PING\0\0here", COMMAND));
  const { body } = await peer.nextFrame();
  expect(body.toString()).toBe("\x04PONGhere");
  await probe.emit(1, 1);
  expect(String(await peer.nextBody())).toContain(SIGNAL);

  peer.write(frame(`\x06CANCEL${SIGNAL}`, COMMAND));
  peer.write(frame("\x04PING\0\0gone", COMMAND));
  await peer.nextFrame();
  await probe.emit(1, 1);
  peer.write(frame("\x04PING\0\0last", COMMAND));
  expect((await peer.nextFrame()).body.toString()).toBe("\x04PONGlast");
  child.send("end");
  expect(await child.ended).toEqual({ code: 0, signal: null });
});

it("ignores what is no subscription, and drops who sends too much of it", async () => {
  const { child, probe, signals } = await startDevice();
  const peer = await stranger(signals);
  peer.write(message("rubbish"));
  peer.write(message(`${SUBSCRIBE}a`, "b"));
  peer.write(message(`\0never subscribed`));
  peer.write(message(SUBSCRIBE + "x".repeat(60_000)));
  peer.write(message(SUBSCRIBE));
  peer.write(frame("\x04PING\0\0here", COMMAND));
  await peer.nextFrame();
  await probe.emit(1, 1);
  expect(String(await peer.nextBody())).toContain(SIGNAL);

  peer.write(message("x".repeat(MIB + 1)));
  await peer.closed();
  expect(await probe.stop()).toBe(true);
  child.send("end");
  expect(await child.ended).toEqual({ code: 0, signal: null });
});
