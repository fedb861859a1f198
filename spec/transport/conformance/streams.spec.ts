import { firstValueFrom, take, toArray } from "rxjs";
import {
  BusyError,
  clientOf,
  connect,
  ConnectionLostError,
  InterruptedError,
  nd,
  type Remote,
  RemoteError,
  type RemoteStream,
  type RpcServer,
  RpcTimeoutError,
  serve,
  ValidationError,
  withOptions,
} from "../../../lib/index";
import { closing } from "../../support/closing";
import { eventually } from "../../support/eventually";
import { RecordingLogger } from "../../support/recording-logger";
import { Reading, StreamDevice } from "./stream-device";
import { removeSockets, TRANSPORTS, type Uninstall } from "./transports-under-test";

afterAll(removeSockets);

async function allOf<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

/** What a stream ends with, and what came before. */
async function endOf(stream: AsyncIterable<unknown>): Promise<{ items: unknown[]; error: unknown }> {
  const items: unknown[] = [];
  try {
    for await (const item of stream) items.push(item);
  } catch (error) {
    return { items, error };
  }
  return { items, error: undefined };
}

/** The items of a stream behave alike, over whatever transport. */
describe.each(TRANSPORTS)("streams over $name", ({ freshUrl, install, serving, connecting }) => {
  let device: StreamDevice;
  let server: RpcServer;
  let remote: Remote<StreamDevice>;
  let uninstall: Uninstall | undefined;

  beforeAll(async () => {
    uninstall = await install?.();
  });
  afterAll(() => uninstall?.());

  beforeEach(async () => {
    device = new StreamDevice();
    server = closing(await opened());
    remote = client();
  });

  function opened(further: object = {}): Promise<RpcServer> {
    return serve(device, {
      ...serving,
      url: freshUrl(),
      closeGraceMs: 100,
      logger: new RecordingLogger(),
      ...further,
    });
  }

  function client(url = server.url): Remote<StreamDevice> {
    const made = connect(StreamDevice, url, { ...connecting, logger: new RecordingLogger() });
    closing(clientOf(made));
    return made;
  }

  it("bring every item once, in order, of numbers, arrays and classes", async () => {
    const numbers = await allOf(remote.count(20_000));
    expect(numbers).toEqual(Array.from({ length: 20_000 }, (_, index) => index + 1));

    const blocks = await allOf(remote.trace(50, 1_000));
    expect(blocks.map((block) => [block.length, block[0], block[999]])).toEqual(
      Array.from({ length: 50 }, (_, index) => [1_000, index + 1, index + 1]),
    );
    expect(blocks[0]).toBeInstanceOf(Float32Array);

    expect(await allOf(remote.images())).toEqual([
      nd(Uint16Array.of(1, 2, 3, 4, 5, 6), [2, 3]),
      nd(new Uint16Array(0), [0, 3]),
    ]);
    const [reading] = await allOf(remote.readings());
    expect(reading).toBeInstanceOf(Reading);
  });

  it("ask a generator for no more than the reader has room for", async () => {
    const window = 20_000;
    let read = 0;
    for await (const block of remote.trace(1_000, 1_000).every({ window })) {
      read += 1;
      expect(block[0]).toBe(read);
      // What is under way, the item that the reader has, and one that was asked for with the last of the credit.
      expect(device.made - read).toBeLessThanOrEqual(window / 4_000 + 1);
      if (read === 50) break;
    }

    await eventually("the source has ended", () => device.ended.includes("trace"));
    expect(device.made).toBeLessThan(60);
  });

  it("end the source within a second when the loop is left", async () => {
    for await (const value of remote.slowly(10)) if (value === 3) break;

    await eventually("the source has ended", () => device.ended.includes("slowly"), 1_000);
  });

  it("bring what an Observable tells, and unsubscribe from it", async () => {
    const stream = remote.live().asObservable();
    const seen: number[] = [];
    const subscription = stream.subscribe((value) => seen.push(value));
    await eventually("it is subscribed", () => device.values.observed);
    await remote.emit(100);
    await eventually("all are there", () => seen.length === 100);
    expect(seen).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));

    subscription.unsubscribe();
    await eventually("the source has ended", () => device.ended.includes("live"), 1_000);
    expect(device.values.observed).toBe(false);
  });

  it("complete when the source does", async () => {
    const items = firstValueFrom(remote.live().asObservable().pipe(toArray()));
    await eventually("it is subscribed", () => device.values.observed);
    device.values.next(1);
    device.values.complete();

    expect(await items).toEqual([1]);
  });

  it("fail where an Observable tells more than may wait, and say what helps", async () => {
    const reader = remote.liveBlocks().every({ window: 1_000 })[Symbol.asyncIterator]();
    const first = reader.next();
    await eventually("it is subscribed", () => device.blocks.observed);
    for (let at = 1; at <= 100; at++) device.blocks.next(new Float32Array(1_000).fill(at));
    expect((await first).value?.[0]).toBe(1);

    const { items, error } = await endOf({ [Symbol.asyncIterator]: () => reader });
    expect(error).toBeInstanceOf(RemoteError);
    expect(String(error)).toMatch(/reader is too slow.*100000 bytes.*\.latest\(\).*bufferBytes/s);
    expect((items as Float32Array[]).map(([at]) => at)).toEqual(items.map((_, index) => index + 2));
    expect(device.blocks.observed).toBe(false);
  });

  it("bring the newest with the count of what was left out, where the reader says so", async () => {
    const reader = remote.liveBlocks().latest()[Symbol.asyncIterator]();
    const first = reader.next();
    await eventually("it is subscribed", () => device.blocks.observed);
    device.blocks.next(Float32Array.of(1));
    const one = await first;
    for (let at = 2; at <= 1_000; at++) device.blocks.next(new Float32Array(1_000).fill(at));
    const { value } = await reader.next();

    expect([one.value?.[0], one.value?.skipped]).toEqual([1, 0]);
    expect([value?.[0], value?.skipped]).toEqual([1_000, 998]);
    expect(Object.keys(value ?? {})).not.toContain("skipped");
    await reader.return?.();
  });

  it("count what was left out beside values that cannot carry it", async () => {
    const seen: number[] = [];
    let skipped = 0;
    for await (const item of remote.ticks().latest()) {
      seen.push(item.value);
      skipped += item.skipped;
      if (item.value > 40) break;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }

    expect(skipped).toBeGreaterThan(0);
    expect(seen.length + skipped).toBe(seen.at(-1));
  });

  it("end with what the source failed with, after all that came before", async () => {
    const { items, error } = await endOf(remote.failing());

    expect(items).toEqual([1, 2]);
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ member: "failing", remoteName: "RangeError" });
  });

  it("end where an item is of another type than was declared", async () => {
    const { items, error } = await endOf(remote.unfit());

    expect(items).toEqual([1]);
    expect(String(error)).toMatch(/unfit.*item: expected number/);
    await eventually("the source has ended", () => device.ended.includes("unfit"));
  });

  it("fail where nothing comes for the time that is said, and end the source", async () => {
    const { error } = await endOf(remote.slowly(5_000));
    expect(error).toBeInstanceOf(RpcTimeoutError);
    expect(String(error)).toMatch(/slowly told no item for 400 ms/);
    await eventually("the source has ended", () => device.ended.includes("slowly"), 1_000);

    const sooner = await endOf(withOptions(remote, { timeoutMs: 50 }).slowly(5_000));
    expect(String(sooner.error)).toMatch(/told no item for 50 ms|got no reply within 50 ms/);
  });

  it("refuse what the method does not take before anything is opened", async () => {
    const { error } = await endOf(remote.count("many" as unknown as number));

    expect(error).toBeInstanceOf(ValidationError);
  });

  it("are ended by a method that interrupts, and run beside all others", async () => {
    const reader = remote.live()[Symbol.asyncIterator]();
    const first = reader.next();
    await eventually("it is subscribed", () => device.values.observed);
    await remote.emit(1);
    expect(await first).toEqual({ done: false, value: 1 });
    const second = reader.next();
    await Promise.all([expect(second).rejects.toThrow(InterruptedError), remote.stop()]);

    expect(device.ended).toContain("live");
  });

  it("say by what they were ended to a reader that asks a moment later, while the source clears up", async () => {
    const reader = remote.stubborn()[Symbol.asyncIterator]();
    await reader.next();
    await eventually("the next item waits at this side", () => device.made > 1);
    await remote.stop();

    const { error } = await endOf({ [Symbol.asyncIterator]: () => reader });
    expect(error).toBeInstanceOf(InterruptedError);
    await eventually("the source has ended", () => device.ended.includes("stubborn"));
  });

  it("end when the server closes, and say so", async () => {
    const reading = endOf(remote.live());
    await eventually("it is subscribed", () => device.values.observed);
    await server.close();

    const { error } = await reading;
    expect([RemoteError, ConnectionLostError].some((expected) => error instanceof expected)).toBe(true);
    expect(device.ended).toContain("live");
  });

  it("end the source when the reader is gone", async () => {
    const other = client();
    const reader = other.live()[Symbol.asyncIterator]();
    const first = reader.next();
    await eventually("it is subscribed", () => device.values.observed);
    device.values.next(1);
    await first;
    const rest = endOf({ [Symbol.asyncIterator]: () => reader });
    await clientOf(other).close();

    expect((await rest).error).toBeInstanceOf(ConnectionLostError);
    await eventually("the source has ended", () => device.ended.includes("live"), 6_000);
  }, 10_000);

  it("are bounded for each client", async () => {
    const bounded = closing(
      await serve(new StreamDevice(), { ...serving, url: freshUrl(), maxStreamsPerClient: 2 }),
    );
    const reader = client(bounded.url);
    const held = [reader.slowly(20), reader.slowly(20)].map((stream) => stream[Symbol.asyncIterator]());
    for (const each of held) await each.next();

    const { error } = await endOf(reader.slowly(20));
    expect(error).toBeInstanceOf(BusyError);
    expect(String(error)).toContain("maxStreamsPerClient");

    await held[0]?.return?.();
    await eventually("there is room again", async () => {
      const { error: again } = await endOf(firstOf(reader.slowly(20)));
      return again === undefined;
    });
    await held[1]?.return?.();
  });

  it("are several at once, each at its own pace", async () => {
    const counted = await Promise.all([
      allOf(remote.count(3_000)),
      allOf(remote.count(10)),
      firstValueFrom(remote.ticks().asObservable().pipe(take(5), toArray())),
      allOf(remote.trace(20, 10_000).every({ window: 1 })),
    ]);

    expect(counted.map(({ length }) => length)).toEqual([3_000, 10, 5, 20]);
    expect(counted[2]).toEqual([1, 2, 3, 4, 5]);
  });
});

async function* firstOf<T>(stream: RemoteStream<T>): AsyncIterable<T> {
  for await (const item of stream) {
    yield item;
    return;
  }
}
