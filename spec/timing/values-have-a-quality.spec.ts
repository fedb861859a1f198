import { Subject } from "rxjs";
import {
  BadValue,
  clientOf,
  connect,
  ContractError,
  type Reading,
  RemoteError,
  rereadProperty,
  RpcProperty,
  RpcService,
  serve,
  Signal,
  withTime,
} from "rigwire";
import { memoryUrl } from "../../lib/testing";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";

@RpcService({ type: "oven" })
class Oven {
  @Signal(Number) readonly temperatureChanged = new Subject<number>();
  @Signal(Number) readonly pressureChanged = new Subject<number>();
  fault: string | undefined;

  @RpcProperty({ type: Number, notify: "temperatureChanged" }) get temperature(): number {
    if (this.fault !== undefined) throw new BadValue(this.fault, { value: this.last });
    return this.last;
  }
  set temperature(value: number) {
    this.last = value;
  }

  @RpcProperty({ type: Number, notify: "pressureChanged", maxAgeMs: 60 }) pressure = 1;
  @RpcProperty({ maxAgeMs: 1 }) note: string = "";

  private last = 20;
}

async function oven(url = memoryUrl()) {
  const device = new Oven();
  const logger = new RecordingLogger();
  const server = closing(await serve(device, { url, logger }));
  const remote = connect(Oven, server.url, { logger });
  closing(clientOf(remote));
  return { device, remote, logger };
}

const shown = ({ value, quality, reason }: Reading<unknown>) => [value, quality, reason];

describe("a bad value", () => {
  it.each([
    ["over ZeroMQ", "tcp://127.0.0.1"],
    ["within a process", memoryUrl()],
  ])("is refused by get(), and read with its reason, %s", async (_, url) => {
    const { device, remote, logger } = await oven(url);
    device.fault = "the probe is not connected";

    const refused = remote.temperature.get();
    await expect(refused).rejects.toThrow(BadValue);
    await expect(refused).rejects.toThrow(/\.temperature: its value is bad: the probe is not connected$/);
    await expect(refused).rejects.toMatchObject({ reason: "the probe is not connected", value: 20 });
    expect(await remote.temperature.read()).toMatchObject({
      value: 20,
      quality: "bad",
      reason: "the probe is not connected",
      time: expect.any(Date) as Date,
    });
    expect(logger.lines.filter((text) => text.includes("is bad"))).toHaveLength(1);
  });

  it("is told by changes$ with its reason, and what is good again after it", async () => {
    const { device, remote } = await oven();
    const readings: Reading<number>[] = [];
    const values: number[] = [];
    withTime(remote.temperature.changes$).subscribe((reading) => readings.push(reading));
    remote.temperature.changes$.subscribe((value) => values.push(value));
    await eventually("the value was read", () => readings.length === 1 && values.length === 1);

    device.fault = "open circuit";
    device.temperature = 21;
    await eventually("it was told to be bad", () => readings.length === 2);
    device.fault = undefined;
    device.temperature = 22;
    await eventually("it was told to be good", () => readings.length === 3);

    expect(readings.map(shown)).toEqual([
      [20, "good", undefined],
      [21, "bad", "open circuit"],
      [22, "good", undefined],
    ]);
    expect(values).toEqual([20, 22]);
  });

  it("at the beginning ends no changes$: the first good one is the first", async () => {
    const { device, remote } = await oven();
    device.fault = "warming up";
    const values: number[] = [];
    remote.temperature.changes$.subscribe((value) => values.push(value));
    await expect(remote.temperature.get()).rejects.toThrow(BadValue);

    device.fault = undefined;
    device.temperature = 23;
    await eventually("the good one came", () => values.length > 0);
    expect(values).toEqual([23]);
  });

  it("is told where the device notices it by itself", async () => {
    const { device, remote } = await oven();
    const readings: Reading<number>[] = [];
    withTime(remote.temperature.changes$).subscribe((reading) => readings.push(reading));
    await eventually("the value was read", () => readings.length === 1);
    device.fault = "unplugged";
    await rereadProperty(device, "temperature");
    await eventually("it was told to be bad", () => readings.length === 2);
    device.fault = undefined;
    await rereadProperty(device, "temperature");
    await eventually("it was told to be good", () => readings.length === 3);

    expect(readings.map(({ quality }) => quality)).toEqual(["good", "bad", "good"]);
  });

  it("does not fail who sets the property", async () => {
    const { device, remote } = await oven();
    device.fault = "open circuit";
    await remote.temperature.set(25);
    expect(shown(await remote.temperature.read())).toEqual([25, "bad", "open circuit"]);
  });

  it("is an error of any other kind to interceptors, and a reading to who reads", async () => {
    const device = new Oven();
    device.fault = "open circuit";
    const server = closing(await serve(device, { url: memoryUrl(), logger: new RecordingLogger() }));
    const seen: unknown[] = [];
    const remote = connect(Oven, server.url, {
      interceptors: [
        (next) => (request) =>
          next(request).catch((error: unknown) => {
            seen.push(error);
            throw error;
          }),
      ],
    });
    closing(clientOf(remote));

    expect(shown(await remote.temperature.read())).toEqual([20, "bad", "open circuit"]);
    expect(seen).toEqual([expect.any(BadValue)]);
    device.fault = undefined;
    expect(shown(await remote.temperature.read())).toEqual([20, "good", undefined]);
  });
});

describe("a value with a maxAgeMs", () => {
  it("is stale until it is updated, and when that is too long ago", async () => {
    const { device, remote } = await oven();
    expect(await remote.pressure.read()).toMatchObject({
      value: 1,
      quality: "stale",
      reason: "it has not been updated since the device was served",
    });

    const before = Date.now();
    device.pressure = 1;
    const read = await remote.pressure.read();
    expect(shown(read)).toEqual([1, "good", undefined]);
    expect(read.time.getTime()).toBeGreaterThanOrEqual(before - read.uncertaintyMs);

    await eventually("it is stale", async () => (await remote.pressure.read()).quality === "stale");
    const stale = await remote.pressure.read();
    expect(stale.reason).toMatch(/^it was updated 0\.\d+ s ago, and is good for 0\.06 s$/);
    expect(Math.abs(stale.time.getTime() - read.time.getTime())).toBeLessThanOrEqual(
      stale.uncertaintyMs + read.uncertaintyMs,
    );
    expect(await remote.pressure.get()).toBe(1);
  });

  it.each([
    ["over ZeroMQ", "tcp://127.0.0.1"],
    ["within a process", memoryUrl()],
  ])("is told to be stale without a question, %s", async (_, url) => {
    const { device, remote } = await oven(url);
    const readings: Reading<number>[] = [];
    withTime(remote.pressure.changes$).subscribe((reading) => readings.push(reading));
    await eventually("the value was read", () => readings.length === 1);
    device.pressure = 2;
    await eventually("it became stale", () => readings.length === 3);
    device.pressureChanged.next(2);
    await eventually("it is good again", () => readings.length === 4);

    expect(readings.map(({ value, quality }) => [value, quality])).toEqual([
      [1, "stale"],
      [2, "good"],
      [2, "stale"],
      [2, "good"],
    ]);
  });

  it("is as old as its last assignment where no signal tells it", async () => {
    const { device, remote } = await oven();
    device.note = "aligned";
    await eventually("it is stale", async () => (await remote.note.read()).quality === "stale");
    expect(await remote.note.read()).toMatchObject({ value: "aligned", quality: "stale" });
  });

  it("must be one whose updates can be seen", async () => {
    @RpcService()
    class Blind {
      private readonly raw = 1;
      @RpcProperty({ maxAgeMs: 10 }) get level(): number {
        return this.raw;
      }
    }
    @RpcService()
    class Ageless {
      @RpcProperty({ maxAgeMs: -1 }) level: number = 1;
    }
    await expect(serve(new Blind(), { url: memoryUrl() })).rejects.toThrow(/Blind\.level: .*setter.*notify/);
    await expect(serve(new Ageless(), { url: memoryUrl() })).rejects.toThrow(ContractError);
  });
});

it("an error that is no BadValue stays what it was", async () => {
  @RpcService()
  class Broken {
    @RpcProperty() get level(): number {
      throw new TypeError("no bus");
    }
  }
  const server = closing(await serve(new Broken(), { url: memoryUrl(), logger: new RecordingLogger() }));
  const remote = connect(Broken, server.url);
  closing(clientOf(remote));
  await expect(remote.level.read()).rejects.toThrow(RemoteError);
  await expect(remote.level.read()).rejects.toThrow("no bus");
});
