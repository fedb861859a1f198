import { filter, firstValueFrom, type Observable, take, toArray } from "rxjs";
import { clientOf, type MissedSignals, type Remote } from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import { OVER_THE_WIRE, TcpProxy } from "../support/tcp-proxy";
import { connectMotor, motorProcesses, serveMotor, statesOf, targetOf, wire } from "./motor-clients";
import { type Motor } from "./motor";

const startMotor = motorProcesses();

/** What a client hears of one signal, and what it is told that it missed. */
class Account<T> {
  readonly heard: T[] = [];
  readonly missed: MissedSignals[] = [];

  constructor(motor: Remote<Motor>, signal: Observable<T>) {
    signal.subscribe((value) => this.heard.push(value));
    clientOf(motor).missed$.subscribe((each) => this.missed.push(each));
  }

  get missedCount(): number {
    return this.missed.reduce((sum, { count }) => sum + count, 0);
  }

  /** Waits until every signal that was sent either came or was told to be missed. */
  async covers(sent: number): Promise<void> {
    await eventually(`all of ${sent} are accounted for`, () => this.heard.length + this.missedCount >= sent);
    expect(this.heard.length + this.missedCount).toBe(sent);
  }
}

/** An address of the loopback whose ports are free at 127.0.0.1. */
const ELSEWHERE = "tcp://127.0.0.2";

describe("a subscriber that is too slow", () => {
  it("is told how many signals it missed, in one line of the log for the burst", async () => {
    const options = { signalHighWaterMark: 10, heartbeatMs: 60_000 };
    const { url, signals } = await wire(await startMotor(ELSEWHERE, options));
    const logger = new RecordingLogger();
    const motor = connectMotor(url, { ...OVER_THE_WIRE, ...options, logger });
    const account = new Account(motor, motor.reported);
    await motor.history();
    signals.stall();
    let sent = 400;
    await motor.report(sent, 100_000);
    signals.resume();
    await eventually("every report came, or was told to be missed", async () => {
      // It is a later one that tells of those before it.
      await motor.report(1, 1);
      sent += 1;
      return account.heard.some(([, text]) => text.length === 1);
    });
    await account.covers(sent);

    expect(account.missedCount).toBeGreaterThan(0);
    const reports = account.heard.filter(isLong).map(([index]) => index);
    expect(reports).toEqual([...reports].sort(byNumber));
    await clientOf(motor).close();
    expect(logger.lines).toEqual([`warn: motor-1.reported: ${account.missedCount} missed`]);
  });
});

describe("a subscriber that was away", () => {
  it("is told what it missed when its connection is back, though nothing comes after it", async () => {
    const { motor: device, url } = await serveMotor();
    const proxy = closing(await TcpProxy.open(targetOf(url)));
    const motor = connectMotor(proxy.url, OVER_THE_WIRE);
    const account = new Account(motor, motor.stepped);
    await motor.step(3);
    await account.covers(3);
    const lost = firstValueFrom(clientOf(motor).state$.pipe(filter(({ kind }) => kind === "connecting")));
    proxy.cut();
    await lost;
    device.step(4);

    await account.covers(7);
    expect(account.missedCount).toBe(4);
  });

  it("is told so too where only the connection of the signals broke", async () => {
    const device = await startMotor(ELSEWHERE);
    const { url, signals } = await wire(device);
    const motor = connectMotor(url, OVER_THE_WIRE);
    const account = new Account(motor, motor.stepped);
    await motor.step(3);
    await account.covers(3);
    signals.sever();
    await connectMotor(device.url).step(4);
    signals.resume();

    await account.covers(7);
    expect(account.missedCount).toBe(4);
  });
});

describe("a subscriber whose device was started anew", () => {
  it("takes nothing of the new run for the old one's, though its signals are back before its calls", async () => {
    const first = await startMotor(ELSEWHERE);
    const { url, calls, signals } = await wire(first);
    const motor = connectMotor(url, { ...OVER_THE_WIRE, heartbeatMs: 1_000 });
    const account = new Account(motor, motor.stepped);
    await motor.step(3);
    await account.covers(3);
    const states = statesOf(motor);
    calls.stall();
    first.child.signal("SIGKILL");
    await first.child.ended;
    const second = connectMotor((await startMotor(first.url, { signalPort: signals.port })).url);
    let steps = 0;
    await eventually("it hears the new run, or that the old one is gone", async () => {
      await second.step(1);
      steps += 1;
      return account.heard.length > 3 || states.includes("connecting");
    });
    calls.resume();

    await account.covers(3 + steps);
  });
});

describe("two subscribers", () => {
  it("each get every signal once and in order, with every sequence number", async () => {
    const { url } = await startMotor();
    const motors = [connectMotor(url), connectMotor(url)];
    const heard = motors.map((motor) => firstValueFrom(motor.stepped.pipe(take(500), toArray())));
    await Promise.all(motors.map((motor) => motor.history()));
    await motors[0]?.step(500);

    const expected = Array.from({ length: 500 }, (_, index) => index + 1);
    expect(await Promise.all(heard)).toEqual([expected, expected]);
  });
});

function isLong([, text]: readonly [number, string]): boolean {
  return text.length > 1;
}

function byNumber(one: number, other: number): number {
  return one - other;
}
