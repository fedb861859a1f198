import { Subject } from "rxjs";
import { Subscriber } from "zeromq";
import {
  clientOf,
  connect,
  ContractError,
  RpcProperty,
  RpcService,
  serve,
  Signal,
  type Timed,
  withTime,
} from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { OriginalLookalike } from "../support/original-lookalike";
import { RawClient } from "../support/raw-client";
import { OVER_THE_WIRE } from "../support/tcp-proxy";

@RpcService({ type: "stage" })
class Stage {
  @Signal(Number) readonly moved = new Subject<number>();
  @RpcProperty({ notify: "moved" }) position: number = 0;
}

it("a signal has its moment only while somebody wants it, and nothing else changes", async () => {
  const device = new Stage();
  const server = closing(await serve(device, { url: "tcp://127.0.0.1" }));
  const stage = connect(Stage, server.url, OVER_THE_WIRE);
  closing(clientOf(stage));
  const { rigwire } = await clientOf(stage).inventory();
  const frames: Record<string, unknown>[] = [];
  const subscriber = closing(new Subscriber({ linger: 0 }));
  subscriber.connect(`tcp://127.0.0.1:${rigwire?.signalPort}`);
  subscriber.subscribe();
  void (async () => {
    for await (const [frame] of subscriber) frames.push(JSON.parse(String(frame)) as Record<string, unknown>);
  })();
  const last = () => frames.at(-1);
  await eventually("all signals come", () => {
    device.moved.next(0);
    return frames.length > 0;
  });
  expect(last()).toEqual({
    event: "EMIT_SIGNAL",
    signal: "moved",
    args: [0],
    blocking: false,
    seq: expect.any(Number) as number,
  });

  const events: Timed<number>[] = [];
  const wish = withTime(stage.moved).subscribe((event) => events.push(event));
  await clientOf(stage).inventory();
  device.moved.next(1);
  await eventually("the signal came to both", () => events.length > 0 && last()?.args?.toString() === "1");
  expect(last()).toEqual({
    event: "EMIT_SIGNAL",
    signal: "moved",
    args: [1],
    blocking: false,
    seq: expect.any(Number) as number,
    time: expect.any(Number) as number,
  });

  wish.unsubscribe();
  await eventually("nobody wants moments any more", () => {
    device.moved.next(2);
    return last()?.args?.toString() === "2" && !("time" in (last() ?? {}));
  });
  // What is told of qualities has another event: an original does not know such signals.
  expect(new Set(frames.map(({ event, signal }) => [event, signal].join()))).toEqual(
    new Set(["EMIT_SIGNAL,moved"]),
  );
});

it("a value has its moment only for who asks", async () => {
  const server = closing(await serve(new Stage(), { url: "tcp://127.0.0.1" }));
  const peer = closing(new RawClient(server.url));
  const get = { event: "PROPERTY_GET", property: "position" };

  expect(await peer.ask(get)).toEqual({ success: true, value: 0 });
  expect(await peer.ask({ ...get, time: true })).toEqual({
    success: true,
    value: 0,
    time: expect.any(Number) as number,
  });
});

describe("an original, which tells no time", () => {
  async function original() {
    const device = await OriginalLookalike.open({
      signals: ["moved"],
      answer: ({ event, time }) => {
        if (event === "GET_INVENTORY")
          return {
            json_methods: {},
            buffer_methods: {},
            signals: ["moved"],
            properties: ["position"],
            name: "",
          };
        // It is not asked for what it does not know.
        return event === "PROPERTY_GET" ? { success: time === undefined, value: 3 } : undefined;
      },
    });
    const stage = connect(Stage, device.url);
    closing(clientOf(stage));
    return { device, stage };
  }

  it("is read between the question and the answer", async () => {
    const { stage } = await original();
    const before = Date.now();
    const { value, time, uncertaintyMs, quality } = await stage.position.read();
    const after = Date.now();

    expect([value, quality]).toEqual([3, "good"]);
    expect(time.getTime()).toBeGreaterThanOrEqual(before - 1);
    expect(time.getTime()).toBeLessThanOrEqual(after + 1);
    expect(uncertaintyMs).toBeLessThanOrEqual((after - before) / 2 + 2);
  });

  it("has signals of the time of their arrival, of which nothing is claimed but what the user knows", async () => {
    const { device, stage } = await original();
    const unknown: Timed<number>[] = [];
    const known: Timed<number>[] = [];
    withTime(stage.moved).subscribe((event) => unknown.push(event));
    withTime(stage.moved, { maxLatencyMs: 20 }).subscribe((event) => known.push(event));
    await eventually("the signal came", async () => {
      await device.emit("moved", 4);
      return unknown.length > 0 && known.length > 0;
    });

    expect(unknown[0]).toMatchObject({ value: 4, uncertaintyMs: Infinity });
    expect(known[0]).toMatchObject({ value: 4, uncertaintyMs: 11 });
    expect(unknown[0]!.time.getTime() - known[0]!.time.getTime()).toBeGreaterThanOrEqual(9);
  });
});

it("what is no signal of a remote has no times, and that is said", () => {
  const subject = new Subject<number>();
  expect(() => withTime(subject)).toThrow(ContractError);
  expect(() => withTime(subject)).toThrow(/before any|not the other way round/);
});
