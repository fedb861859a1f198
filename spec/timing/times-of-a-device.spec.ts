import { Subject } from "rxjs";
import {
  clientOf,
  connect,
  generateKeys,
  JsonMethod,
  RpcProperty,
  RpcService,
  serve,
  type ServeOptions,
  Signal,
  type Timed,
  withTime,
} from "rigwire";
import { systemClocks, useClocks } from "../../lib/server/device-time";
import { memoryUrl } from "../../lib/testing";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { OVER_THE_WIRE, TcpProxy } from "../support/tcp-proxy";

const FIVE_MINUTES_MS = 300_000;

const [keys, clientKeys] = [generateKeys(), generateKeys()];

@RpcService({ type: "stage" })
class Stage {
  @Signal(Number) readonly moved = new Subject<number>();
  /** When it was emitted last, on this computer's clock: that of the test as well. */
  emittedAt = 0;
  readAt = 0;

  @RpcProperty({ type: Number, notify: "moved", autoNotify: false }) get position(): number {
    this.readAt = performance.timeOrigin + performance.now();
    return 12.5;
  }

  move(to: number): void {
    this.emittedAt = performance.timeOrigin + performance.now();
    this.moved.next(to);
  }

  @JsonMethod() noop(): void {
    return;
  }
}

afterEach(() => useClocks(systemClocks));

/** The server's computer reads another time, and has been running for longer. */
function aheadBy(ms: number): void {
  useClocks({
    monotonic: () => performance.now() + ms,
    wall: () => Date.now() + ms,
    boot: () => (systemClocks.boot() ?? 0) + ms,
  });
}

function expectWithin({ time, uncertaintyMs }: Timed<unknown>, truth: number): void {
  expect(Math.abs(time.getTime() - truth)).toBeLessThanOrEqual(uncertaintyMs);
}

async function serveStage(options: ServeOptions) {
  const device = new Stage();
  const server = closing(await serve(device, options));
  return { device, server };
}

describe("a device whose clock is minutes ahead", () => {
  it.each([
    ["over ZeroMQ", { url: "tcp://127.0.0.1" }, OVER_THE_WIRE],
    [
      "over ZeroMQ with keys",
      { url: "tcp://127.0.0.1", security: { keys, allow: [clientKeys.publicKey] } },
      { ...OVER_THE_WIRE, security: { keys: clientKeys, serverKey: keys.publicKey } },
    ],
    ["on the local road", { url: "tcp://127.0.0.1" }, {}],
    ["over WebSocket", { url: "ws://127.0.0.1" }, {}],
    ["within a process", { url: memoryUrl() }, {}],
  ])("has its values and signals timed by this computer's clock, %s", async (_, serving, options) => {
    aheadBy(FIVE_MINUTES_MS);
    const { device, server } = await serveStage(serving);
    const stage = connect(Stage, server.url, options);
    closing(clientOf(stage));
    const events: Timed<number>[] = [];
    withTime(stage.moved).subscribe((event) => events.push(event));

    const read = await stage.position.read();
    expect(read).toMatchObject({ value: 12.5, quality: "good" });
    expect(read.uncertaintyMs).toBeLessThan(1_000);
    expectWithin(read, device.readAt);

    device.move(7);
    await eventually("the signal came", () => events.length > 0);
    expect(events).toMatchObject([{ value: 7 }]);
    expectWithin(events[0]!, device.emittedAt);
  });

  it("is known no better than a slow wire lets it be, and that is said", async () => {
    aheadBy(-FIVE_MINUTES_MS);
    const { device, server } = await serveStage({ url: "tcp://127.0.0.1" });
    const proxy = closing(await TcpProxy.open({ host: "127.0.0.1", port: Number(new URL(server.url).port) }));
    proxy.slowDown(Infinity, 30);
    const stage = connect(Stage, proxy.url, OVER_THE_WIRE);
    closing(clientOf(stage));

    const read = await stage.position.read();
    expectWithin(read, device.readAt);
    expect(read.uncertaintyMs).toBeGreaterThanOrEqual(20);

    // The other side of the wire is quick again: what is known gets better by the next answers.
    proxy.slowDown(Infinity);
    await stage.noop();
    const next = await stage.position.read();
    expectWithin(next, device.readAt);
    expect(next.uncertaintyMs).toBeLessThan(read.uncertaintyMs);
  });
});
