import { Observable, Subject, type Subscriber } from "rxjs";
import {
  clientOf,
  type ClientOptions,
  connect,
  JsonMethod,
  RpcService,
  serve,
  Signal,
  SignalError,
} from "rigwire";
import { memoryUrl } from "../../lib/testing";
import { RawClient, RawSubscriber } from "../support/raw-client";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import { freshSocketPath } from "../support/socket-folder";
import { OVER_THE_WIRE, TcpProxy } from "../support/tcp-proxy";

@RpcService({ type: "sensor" })
class Sensor {
  /** Who is subscribed to the bus, the last one last. */
  readonly readers: Subscriber<number>[] = [];
  @Signal(Number) readonly level = new Observable<number>((reader) => void this.readers.push(reader));
  @Signal(Number) readonly pressed = new Subject<number>();

  @JsonMethod() ping(): string {
    return "here";
  }

  get reader(): Subscriber<number> {
    const reader = this.readers.at(-1);
    if (reader === undefined) throw new Error("nobody reads");
    return reader;
  }
}

const ROADS = [
  ["over ZeroMQ", () => "tcp://127.0.0.1", { local: false }],
  ["over the local road", () => "tcp://127.0.0.1", {}],
  ["over a Unix socket", () => `unix://${freshSocketPath()}`, {}],
  ["within a process", memoryUrl, {}],
] as const;

describe.each(ROADS)("a signal whose source ends, %s", (_, url, options) => {
  it("fails at every subscriber with the device's message, behind what it told before", async () => {
    const { device, sensors } = await open(url(), options);
    const heard = sensors.map(({ level }) => listen(level));
    await Promise.all(sensors.map(({ ping }) => ping()));
    device.reader.next(1);
    device.reader.error(new Error("the bus does not answer"));

    for (const each of heard) {
      await eventually("the end came", () => each.end !== undefined);
      expect(each.values).toEqual([1]);
      expect(each.end).toBeInstanceOf(SignalError);
      expect(each.end).toMatchObject({
        message: "sensor-1.level: the bus does not answer",
        remoteMessage: "the bus does not answer",
        member: "level",
      });
    }
  });

  it("is subscribed again for each who subscribes again, whoever else still does", async () => {
    const { device, sensors } = await open(url(), options);
    for (const { level } of sensors) listenAgain(level);
    await Promise.all(sensors.map(({ ping }) => ping()));
    device.reader.error(new Error("the bus does not answer"));
    await eventually("it is read again", () => device.readers.length > 1);
    const heard = sensors.map(({ level }) => listen(level));
    await Promise.all(sensors.map(({ ping }) => ping()));
    await eventually("it is read once", () => device.readers.filter(({ closed }) => !closed).length === 1);
    device.reader.next(2);

    for (const each of heard) await eventually("the value came", () => each.values.includes(2));
  });

  it("completes at every subscriber where it completes", async () => {
    const { device, sensors } = await open(url(), options);
    const heard = sensors.map(({ pressed }) => listen(pressed));
    await Promise.all(sensors.map(({ ping }) => ping()));
    device.pressed.next(1);
    device.pressed.complete();

    for (const each of heard) await eventually("the end came", () => each.end === "completed");
    // A subject that has completed never tells anything else.
    const late = listen(sensors[0].pressed);
    await eventually("who comes later is told, too", () => late.end === "completed");
    expect(late.values).toEqual([]);
  });
});

describe("a signal whose source failed while a subscriber was away", () => {
  it("is subscribed again when the subscriber is back", async () => {
    const device = new Sensor();
    const { url } = closing(await serve(device, { logger: new RecordingLogger() }));
    const wire = closing(await TcpProxy.open({ host: "127.0.0.1", port: Number(new URL(url).port) }));
    const sensor = connect(Sensor, wire.url, OVER_THE_WIRE);
    closing(clientOf(sensor));
    const heard = listen(sensor.level);
    await sensor.ping();
    wire.sever();
    await eventually("it is away", () => device.reader.closed);
    device.reader.error(new Error("nobody hears it"));
    wire.resume();
    await eventually("it is read again", () => device.readers.length === 2);
    await sensor.ping();
    device.reader.next(2);
    await eventually("the value came", () => heard.values.includes(2));

    expect(heard.end).toBeUndefined();
  });
});

describe("the end of a signal on the wire", () => {
  it("is a message of its own, which an original takes no notice of", async () => {
    const device = new Sensor();
    const { url } = closing(await serve(device, { logger: new RecordingLogger() }));
    const client = closing(new RawClient(url));
    const subscriber = await RawSubscriber.open(client, "");
    device.reader.next(1);
    device.reader.error(new Error("the bus does not answer"));
    device.pressed.complete();

    await subscriber.next();
    expect(await subscriber.next()).toBe(
      '{"event":"SIGNAL_END","signal":"level","seq":1,"error":"the bus does not answer"}',
    );
    expect(await subscriber.next()).toBe('{"event":"SIGNAL_END","signal":"pressed","seq":0}');
  });
});

/** A device and two clients of it. */
async function open(url: string, options: ClientOptions = {}) {
  const device = new Sensor();
  const logger = new RecordingLogger();
  const server = closing(await serve(device, { url, logger }));
  const connected = () => {
    const sensor = connect(Sensor, server.url, { name: "sensor-1", logger, ...options });
    closing(clientOf(sensor));
    return sensor;
  };
  return { device, sensors: [connected(), connected()] as const };
}

interface Heard {
  readonly values: number[];
  end: unknown;
}

function listen(signal: Observable<number>): Heard {
  const heard: Heard = { values: [], end: undefined };
  signal.subscribe({
    next: (value) => heard.values.push(value),
    error: (error: unknown) => (heard.end = error),
    complete: () => (heard.end = "completed"),
  });
  return heard;
}

/** Subscribes again at each error. */
function listenAgain(signal: Observable<number>): void {
  signal.subscribe({ error: () => listenAgain(signal) });
}
