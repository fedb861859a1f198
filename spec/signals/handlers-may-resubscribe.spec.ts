import { Subject, repeat, take } from "rxjs";
import { clientOf, connect, JsonMethod, remote, RpcService, serve, Signal } from "rigwire";
import { memoryUrl } from "../../lib/testing";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { OriginalLookalike } from "../support/original-lookalike";

@RpcService({ type: "counter" })
class Counter {
  @Signal(Number) readonly counted = new Subject<number>();
  @Signal(Number) readonly reset = new Subject<number>();

  /** Answers when it is connected. */
  @JsonMethod() ping(): string {
    return remote();
  }
}

describe("a handler that subscribes again while it handles a signal", () => {
  it("gets each signal of an original once", async () => {
    const device = await OriginalLookalike.open({ signals: ["counted", "reset"], methods: { ping: "here" } });
    const counter = connectTo(device.url);
    const heard = resubscribing(counter);
    counter.reset.subscribe();
    await counter.ping();
    for (const value of [1, 2, 3]) {
      await device.emit("counted", value);
      await eventually(`signal ${value} came`, () => heard.includes(value));
    }

    expect(heard).toEqual([1, 2, 3]);
  });

  it.each([
    ["over ZeroMQ", "tcp://127.0.0.1"],
    ["within a process", memoryUrl()],
  ])("gets no signal of a device of ours twice, %s", async (_, url) => {
    const device = new Counter();
    Object.assign(device, { ping: () => "here" });
    const server = closing(await serve(device, { url }));
    const counter = connectTo(server.url);
    const heard = resubscribing(counter);
    for (const value of [1, 2, 3]) {
      // A call leaves after what is subscribed has arrived.
      await counter.ping();
      device.counted.next(value);
      await eventually(`signal ${value} came`, () => heard.includes(value));
    }

    expect(heard).toEqual([1, 2, 3]);
  });
});

function connectTo(url: string) {
  const counter = connect(Counter, url);
  closing(clientOf(counter));
  return counter;
}

/** Leaves and comes back at each signal; a signal that came without end would be heard a hundred times. */
function resubscribing(counter: ReturnType<typeof connectTo>): number[] {
  const heard: number[] = [];
  counter.counted.pipe(take(1), repeat(100)).subscribe((value) => heard.push(value));
  return heard;
}
