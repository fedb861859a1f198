import { type Observable } from "rxjs";
import { clientOf, type Remote } from "rigwire";
import { connectMotor, motorProcesses, wire } from "../safety/motor-clients";
import { type Motor } from "../safety/motor";
import { OVER_THE_WIRE } from "../support/tcp-proxy";
import { eventually } from "../support/eventually";

const startMotor = motorProcesses();

/** An address of the loopback whose ports are free at 127.0.0.1. */
const ELSEWHERE = "tcp://127.0.0.2";
/** Few signals wait for a slow subscriber, and no silence ends the connection. */
const NARROW = { signalHighWaterMark: 10, heartbeatMs: 60_000 };
/** Of ZeroMQ, in bytes. */
const MORE_THAN_A_HANDSHAKE = 400;
const REPORTS = 400;
const REPORT_BYTES = 100_000;

describe("the end of a burst that did not arrive", () => {
  it("is told when the line has become quiet, with its number", async () => {
    const { account } = await overwhelm();

    await eventually("all is accounted for", () => account.heard + account.missed >= REPORTS);

    expect(account.heard + account.missed).toBe(REPORTS);
    expect(account.missed).toBeGreaterThan(0);
  });

  it("is told by the time the client has closed", async () => {
    const { motor, account } = await overwhelm();

    await clientOf(motor).close();

    expect(account.heard + account.missed).toBe(REPORTS);
    expect(account.missed).toBeGreaterThan(0);
  });
});

describe("a client whose signals alone do not come any more", () => {
  it("is told why and how many it missed, can call, and goes on by itself when they come again", async () => {
    const device = await startMotor(ELSEWHERE);
    const { url, signals } = await wire(device);
    const motor = connectMotor(url, { ...OVER_THE_WIRE, heartbeatMs: 1_000 });
    const account = count(motor, motor.stepped);
    const problems: (string | undefined)[] = [];
    clientOf(motor).state$.subscribe((state) => {
      problems.push(state.kind === "connected" ? state.problem : state.kind);
    });
    await motor.step(3);
    await eventually("they came", () => account.heard === 3);
    signals.stall();
    await connectMotor(device.url).step(4);

    await eventually("it is told how many it missed", () => account.missed === 4);
    await eventually("it is told why", () => problems.at(-1) === "signals: the peer went away");
    await motor.step(5);
    await eventually("it is told of those after them", () => account.missed === 9);
    signals.resume();
    await eventually("the signals are back", () => problems.at(-1) === undefined, 20_000);
    await motor.step(2);
    await eventually("they come again", () => account.heard === 5);

    expect(account.missed).toBe(9);
    expect(problems).toEqual(["idle", "connecting", undefined, "signals: the peer went away", undefined]);
  });
});

it("what comes on the signals' new road is not told to be missed when the device's word of it comes late", async () => {
  const device = await startMotor(ELSEWHERE);
  const { url, calls, signals } = await wire(device);
  const motor = connectMotor(url, { ...OVER_THE_WIRE, heartbeatMs: 60_000 });
  const account = count(motor, motor.stepped);
  await motor.step(3);
  await eventually("they came", () => account.heard === 3);
  const other = connectMotor(device.url);
  await other.step(0);
  let sent = 3;
  // The client asks how many there were as soon as they are away; the answer comes when they are back.
  calls.stall();
  signals.sever();
  await other.step(4);
  signals.resume();
  const carriedBefore = signals.bytesToClients;
  await eventually("signals come on the new road", async () => {
    await other.step(1);
    sent += 1;
    return signals.bytesToClients > carriedBefore + MORE_THAN_A_HANDSHAKE;
  });
  sent += 4;
  calls.resume();
  await motor.step(1);
  sent += 1;

  await eventually("all is accounted for", () => account.heard + account.missed >= sent);
  await clientOf(motor).close();
  expect(account.heard + account.missed).toBe(sent);
  expect(account.missed).toBeGreaterThanOrEqual(4);
});

/** A client that gets far more than may wait for it, and nothing after that. */
async function overwhelm(): Promise<{ motor: Remote<Motor>; account: Account }> {
  const device = await startMotor(ELSEWHERE, NARROW);
  const { url, signals } = await wire(device);
  const motor = connectMotor(url, { ...OVER_THE_WIRE, ...NARROW });
  const account = count(motor, motor.reported);
  await motor.history();
  signals.stall();
  await motor.report(REPORTS, REPORT_BYTES);
  signals.resume();
  return { motor, account };
}

interface Account {
  heard: number;
  missed: number;
}

function count(motor: Remote<Motor>, signal: Observable<unknown>): Account {
  const account = { heard: 0, missed: 0 };
  signal.subscribe(() => (account.heard += 1));
  clientOf(motor).missed$.subscribe((missed) => (account.missed += missed.count));
  return account;
}
