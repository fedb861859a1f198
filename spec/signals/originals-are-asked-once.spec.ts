import { Subject } from "rxjs";
import { clientOf, connect, type Remote, RpcService, Signal } from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { OriginalLookalike } from "../support/original-lookalike";
import { TcpProxy } from "../support/tcp-proxy";

@RpcService({ type: "counter" })
class Counter {
  @Signal(Number) readonly counted = new Subject<number>();
}

const RECONNECTS = 3;

describe("an original whose client lost its connection", () => {
  it("is not asked again where its signals are, and so sends each once", async () => {
    const device = await OriginalLookalike.open({ signals: ["counted"] });
    const wire = closing(await TcpProxy.open(targetOf(device.url)));
    const { counter, heard, connections } = listenTo(wire.url);
    await hears(device, heard);
    for (let reconnect = 1; reconnect <= RECONNECTS; reconnect++) {
      wire.cut();
      await eventually("it is connected again", () => connections() === 1 + reconnect);
      await hears(device, heard);
    }
    await clientOf(counter).close();

    expect(device.handshakes).toBe(1);
    expect(heard).toEqual([...new Set(heard)]);
  });

  it("is asked again when it was started anew, at another port", async () => {
    const before = await OriginalLookalike.open({ signals: ["counted"] });
    const { heard } = listenTo(before.url);
    await hears(before, heard);
    const { url } = before;
    before.close();
    const after = await reopened(url);
    await hears(after, heard);

    expect(after.handshakes).toBe(1);
    expect(heard).toEqual([...new Set(heard)]);
  });
});

let emitted = 0;

/** Emits until a signal comes, since an original does not tell whether a subscription arrived. */
async function hears(device: OriginalLookalike, heard: readonly number[]): Promise<void> {
  const from = emitted;
  await eventually("a signal came", async () => {
    await device.emit("counted", ++emitted);
    return heard.some((value) => value > from);
  });
}

/** The address is free when the sockets of the one before are gone. */
async function reopened(url: string): Promise<OriginalLookalike> {
  let device: OriginalLookalike | undefined;
  await eventually("the address is free", async () => {
    device = await OriginalLookalike.open({ signals: ["counted"], url }).catch(() => undefined);
    return device !== undefined;
  });
  if (device === undefined) throw new Error("there is no device");
  return device;
}

function listenTo(url: string): { counter: Remote<Counter>; heard: number[]; connections: () => number } {
  const counter = connect(Counter, url);
  closing(clientOf(counter));
  const heard: number[] = [];
  let count = 0;
  clientOf(counter).state$.subscribe(({ kind }) => (count += kind === "connected" ? 1 : 0));
  counter.counted.subscribe((value) => heard.push(value));
  return { counter, heard, connections: () => count };
}

function targetOf(url: string): { host: string; port: number } {
  return { host: "127.0.0.1", port: Number(new URL(url).port) };
}
