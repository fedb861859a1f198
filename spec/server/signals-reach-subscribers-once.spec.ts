import {
  BehaviorSubject,
  EMPTY,
  interval,
  map,
  NEVER,
  Observable,
  of,
  ReplaySubject,
  Subject,
  throwError,
} from "rxjs";
import { arrayOf, Integer, JsonMethod, RpcService, serve, Signal, tupleOf } from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { rawClient, RawSubscriber } from "../support/raw-client";
import { RecordingLogger } from "../support/recording-logger";

@RpcService({ naming: "snake_case" })
class Device {
  @Signal(String) readonly modeChanged = new Subject<unknown>();
  @Signal(Integer) readonly counted = new Subject<unknown>();
  @Signal(Number, tupleOf(Integer, Integer)) readonly moved = new Subject<unknown>();
  @Signal() readonly stopped = new Subject<void>();
  @Signal(Object) readonly described = new Subject<unknown>();
  @Signal(arrayOf(String)) readonly named = new Subject<unknown>();
  @Signal(Date) readonly dated = new Subject<Date>();
  @Signal(Number) readonly angle = new BehaviorSubject(7);
  @Signal(Number) readonly past = new ReplaySubject<number>();

  @JsonMethod() alive(): string {
    return "alive";
  }
}

@RpcService()
class Sensors {
  /** How often the sensor was looked at, and is. */
  opened = 0;
  watching = 0;

  @Signal(Number) readonly sensor = new Observable<number>((observer) => {
    this.opened += 1;
    this.watching += 1;
    observer.next(this.opened);
    return () => (this.watching -= 1);
  });
  @Signal(Number) readonly stubborn = new Observable<number>(() => () => {
    throw new Error("does not let go");
  });

  @JsonMethod() alive(): string {
    return "alive";
  }
}

@RpcService()
class Endings {
  @Signal(Number) readonly broken = new Subject<number>();
  @Signal(Number) readonly done = new Subject<number>();
  @Signal(Number) readonly lasting = new Subject<number>();
  @Signal(Number) readonly failing = throwError(() => new Error("cable cut"));
  @Signal(Number) readonly ending = of(1, 2);

  @JsonMethod() alive(): string {
    return "alive";
  }
}

async function serveDevice<T extends object = Device>(type: new () => T = Device as unknown as new () => T) {
  const device = new type();
  const logger = new RecordingLogger();
  const server = closing(await serve(device, { logger }));
  return { device, logger, server, client: rawClient(server.url) };
}

describe("a signal", () => {
  it("is one frame, as the protocol says, and counted", async () => {
    const { device, client } = await serveDevice();
    const subscriber = await RawSubscriber.open(client, "");
    device.modeChanged.next("VIDEO");
    device.stopped.next();
    device.moved.next([1.5, [1, 2]]);
    device.modeChanged.next("é\n");

    expect(await subscriber.next()).toBe(
      '{"event":"EMIT_SIGNAL","signal":"mode_changed","args":["VIDEO"],"blocking":false,"seq":1}',
    );
    expect(await subscriber.next()).toBe(
      '{"event":"EMIT_SIGNAL","signal":"stopped","args":[],"blocking":false,"seq":1}',
    );
    expect(await subscriber.next()).toBe(
      '{"event":"EMIT_SIGNAL","signal":"moved","args":[1.5,[1,2]],"blocking":false,"seq":1}',
    );
    expect(await subscriber.next()).toBe(
      '{"event":"EMIT_SIGNAL","signal":"mode_changed","args":["é\\n"],"blocking":false,"seq":2}',
    );
  });

  it("arrives once at each subscriber, however many asked for signals", async () => {
    const { device, client } = await serveDevice();
    for (let asked = 0; asked < 3; asked++) await client.ask({ event: "INIT_SIGNALS_HANDLING" });
    const subscribers = [await RawSubscriber.open(client, ""), await RawSubscriber.open(client, "")];
    device.modeChanged.next("A");
    device.modeChanged.next("B");

    for (const subscriber of subscribers) expect(await subscriber.args(2)).toEqual([["A"], ["B"]]);
  });

  it("always has the same port", async () => {
    const { client } = await serveDevice();

    expect(await client.ask({ event: "INIT_SIGNALS_HANDLING" })).toEqual(
      await client.ask({ event: "INIT_SIGNALS_HANDLING" }),
    );
  });

  it("can be asked for alone, and goes to nobody else", async () => {
    const { device, client } = await serveDevice();
    const subscriber = await RawSubscriber.open(client, '{"event":"EMIT_SIGNAL","signal":"counted",');
    device.modeChanged.next("A");
    device.counted.next(1);
    device.stopped.next();
    device.counted.next(2);

    expect(await subscriber.args(2)).toEqual([[1], [2]]);
  });

  it("is counted also while nobody listens, so that a gap shows", async () => {
    const { device, client } = await serveDevice();
    device.modeChanged.next("A");
    device.modeChanged.next("B");
    const subscriber = await RawSubscriber.open(client, "");
    device.modeChanged.next("C");

    expect(JSON.parse(await subscriber.next())).toMatchObject({ args: ["C"], seq: 3 });
  });

  it("has its arguments brought to their declared types", async () => {
    const { device, client } = await serveDevice();
    const subscriber = await RawSubscriber.open(client, "");
    device.modeChanged.next(5);
    device.counted.next("5");
    device.moved.next(["1.5", ["1", 2]]);
    device.named.next([1, "b"]);
    device.described.next({ nan: NaN, big: 2n ** 60n });
    device.dated.next(new Date(0));

    expect(await subscriber.args(6)).toEqual([
      ["5"],
      [5],
      [1.5, [1, 2]],
      [["1", "b"]],
      [{ nan: NaN, big: 2n ** 60n }],
      ["1970-01-01T00:00:00.000Z"],
    ]);
  });

  it("that does not fit its declaration is logged, and the next one is sent", async () => {
    const { device, client, logger } = await serveDevice();
    const subscriber = await RawSubscriber.open(client, "");
    device.counted.next("abc");
    device.counted.next(undefined);
    device.moved.next(5);
    device.moved.next([1, [1, 2], 3]);
    device.stopped.next("surprise" as unknown as undefined);
    const cycle: Record<string, unknown> = { call: 1 };
    cycle.self = cycle;
    device.described.next(cycle);
    device.counted.next(1);

    expect(JSON.parse(await subscriber.next())).toMatchObject({ signal: "counted", args: [1], seq: 1 });
    expect(logger.lines).toEqual([
      'error: Device.counted emitted what it does not declare: argument 1: expected integer, got "abc"',
      "error: Device.counted emitted what it does not declare: argument 1: expected integer, got undefined",
      "error: Device.moved emitted what it does not declare: it declares several arguments: it must emit a list of them",
      "error: Device.moved emitted what it does not declare: it declares 2 arguments, but was given 3",
      "error: Device.stopped emitted what it does not declare: it declares 0 arguments, but was given 1",
      expect.stringMatching(/^error: Device\.described .*contains itself/),
    ]);
  });
});

describe("a signal of a BehaviorSubject or ReplaySubject", () => {
  it("replays nothing to who subscribes over the wire", async () => {
    const { device, client } = await serveDevice();
    device.past.next(1);
    const subscriber = await RawSubscriber.open(client, "");
    device.angle.next(8);
    device.past.next(2);

    expect(JSON.parse(await subscriber.next())).toMatchObject({ signal: "angle", args: [8], seq: 1 });
    expect(JSON.parse(await subscriber.next())).toMatchObject({ signal: "past", args: [2] });
  });
});

describe("a signal of a cold Observable", () => {
  const TOPIC = '{"event":"EMIT_SIGNAL","signal":"sensor",';

  it("is subscribed only while somebody subscribes remotely, and again later", async () => {
    const { device, client } = await serveDevice(Sensors);
    expect(device.opened).toBe(0);

    for (const round of [1, 2]) {
      const subscriber = await RawSubscriber.open(client, TOPIC);
      expect(await subscriber.args(1)).toEqual([[round]]);
      expect(device.watching).toBe(1);
      subscriber.close();
      await eventually("nobody looks at the sensor", () => device.watching === 0);
    }
  });

  it("is subscribed once for many", async () => {
    const { device, client } = await serveDevice(Sensors);
    const first = await RawSubscriber.open(client, TOPIC);
    const second = await RawSubscriber.open(client, "");
    await RawSubscriber.open(client, "");
    first.close();

    expect(await second.args(0)).toEqual([]);
    expect([device.opened, device.watching]).toEqual([1, 1]);
  });

  it("is not subscribed for the sake of another signal", async () => {
    const { device, client } = await serveDevice(Sensors);
    await RawSubscriber.open(client, '{"event":"EMIT_SIGNAL","signal":"other",');

    expect(device.opened).toBe(0);
  });

  it("is subscribed for who asks by any beginning of its frames, however short or long", async () => {
    const { client } = await serveDevice(Sensors);
    const short = await RawSubscriber.open(client, '{"event":"EMIT_SIGNAL","signal":"s');
    const long = await RawSubscriber.open(client, '{"event":"EMIT_SIGNAL","signal":"sensor","args":[1],"bl');

    expect(await short.args(1)).toEqual([[1]]);
    expect(await long.args(0)).toEqual([]);
  });

  it("is let go when the server closes", async () => {
    const { device, client, server } = await serveDevice(Sensors);
    await RawSubscriber.open(client, TOPIC);
    await server.close();

    expect(device.watching).toBe(0);
  });

  it("that fails while it is let go is logged, and harms nothing", async () => {
    const { client, logger, server } = await serveDevice(Sensors);
    const topic = '{"event":"EMIT_SIGNAL","signal":"stubborn",';
    (await RawSubscriber.open(client, topic)).close();
    await eventually("the failure is logged", () => logger.lines.length > 0);

    expect(logger.lines).toEqual([expect.stringMatching(/^error: Sensors\.stubborn [^]*does not let go/)]);
    expect(await client.call("alive")).toMatchObject({ result: "alive" });
    await RawSubscriber.open(client, topic);
    await expect(server.close()).resolves.toBeUndefined();
  });
});

describe("an observable that ends", () => {
  it("ends its signal with a line in the log, and nothing else", async () => {
    const { device, client, logger } = await serveDevice(Endings);
    const subscriber = await RawSubscriber.open(client, "");
    device.broken.error(new Error("broken"));
    device.done.complete();
    device.lasting.next(3);

    expect(await subscriber.args(3)).toEqual([[1], [2], [3]]);
    expect(logger.lines).toEqual(
      expect.arrayContaining([
        "warn: Endings.broken failed: broken; the signal has ended",
        "warn: Endings.done completed; the signal has ended",
        "warn: Endings.failing failed: cable cut; the signal has ended",
        "warn: Endings.ending completed; the signal has ended",
      ]),
    );
    expect(logger.lines).toHaveLength(4);
    expect(await client.call("alive")).toMatchObject({ result: "alive" });
  });

  it("is subscribed again for those who come later", async () => {
    const { client, logger } = await serveDevice(Endings);
    (await RawSubscriber.open(client, '{"event":"EMIT_SIGNAL","signal":"failing",')).close();
    await RawSubscriber.open(client, "");
    const failures = () => logger.lines.filter((line) => line.includes("failing"));
    await eventually("it failed again", () => failures().length === 2);
  });
});

describe("a signal's field", () => {
  it.each([
    ["nothing", undefined, "holds nothing"],
    ["a function", () => 1, "holds a function"],
    ["an emitter of another kind", { on: () => 1 }, "holds an object that is no Observable"],
  ])("that holds %s is told when the device is served", async (_name, held, problem) => {
    @RpcService()
    class Broken {
      @Signal(Number) readonly moved = held;
    }

    await expect(serve(new Broken())).rejects.toThrow(`Broken.moved is a @Signal, but ${problem}`);
  });

  it("may hold any Observable", async () => {
    @RpcService()
    class Quiet {
      @Signal(Number) readonly never = NEVER;
      @Signal(Number) readonly empty = EMPTY;
      @Signal(Number) readonly ticks = interval(1).pipe(map((tick) => tick * 2));
      readonly #private = new Subject<number>();
      @Signal(Number) get shared(): Observable<number> {
        return this.#private.asObservable();
      }
    }
    const client = rawClient(closing(await serve(new Quiet(), { logger: new RecordingLogger() })).url);
    const subscriber = await RawSubscriber.open(client, '{"event":"EMIT_SIGNAL","signal":"ticks",');

    expect(await subscriber.args(2)).toEqual([[0], [2]]);
  });
});
