import { clientOf, connect, EncodingError, serve, type Remote } from "rigwire";
import { Subscriber } from "zeromq";
import { ArrayDevice } from "../transport/conformance/array-device";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { OriginalLookalike } from "../support/original-lookalike";
import { rawClient } from "../support/raw-client";
import { RecordingLogger } from "../support/recording-logger";

describe("a client of an original", () => {
  async function connected(): Promise<Remote<ArrayDevice>> {
    const original = await OriginalLookalike.open({ methods: { take: 3, same: 1 } });
    const remote = connect(ArrayDevice, original.url, { name: "cam-1", logger: new RecordingLogger() });
    closing(clientOf(remote));
    return remote;
  }

  it("is told that it takes no arrays, with the device, the member and the cure", async () => {
    const remote = await connected();
    const sent = remote.take(Float64Array.of(1));

    await expect(sent).rejects.toThrow(EncodingError);
    await expect(sent).rejects.toThrow(
      "cam-1.take: values is a Float64Array, and the device takes no arrays (it is no device of rigwire): " +
        "send a list, [...array]",
    );
  });
});

describe("an original's client", () => {
  async function served() {
    const device = new ArrayDevice();
    const { url } = closing(await serve(device));
    return { device, url, client: rawClient(url) };
  }

  it("gets bytes and an info object, whatever a buffer method returns", async () => {
    const { client } = await served();
    const call = async (method: string) => {
      const [info, data, ...more] = await client.exchange(
        JSON.stringify({ event: "METHOD_CALL", method, params: { args: [], kwargs: {} } }),
      );
      expect(more).toEqual([]);
      return [JSON.parse(String(info)), data] as const;
    };
    const [info, data] = await call("frame");

    expect(info).toEqual({ nd: { shape: [3, 4], dtype: "<u2" }, exposure: 0.5, rigwire: "array, info" });
    expect(data!.readUInt16LE(22)).toBe(11);
    expect((await call("several"))[0]).toEqual({
      image: { nd: { shape: [1, 3], dtype: "<u2" } },
      spectrum: { nd: { shape: [2], dtype: "<f8", offset: 8 } },
      raw: { nd: { shape: [3], dtype: "|u1", kind: "bytes", offset: 24 } },
      gain: 2,
      rigwire: "object",
    });
    expect(await call("asEver")).toEqual([{ nd: "the author's own" }, Buffer.from("bytes")]);
  });

  it("is told that a property cannot be read by it, and sets one with a list", async () => {
    const { client, device } = await served();

    expect(await client.get("trace")).toMatchObject({
      success: false,
      error: expect.stringMatching(
        /^value: a Float64Array cannot be sent as JSON: return it from a @BufferMethod/,
      ),
    });
    expect(await client.set("trace", [1, 2.5])).toEqual({ success: true });
    expect(device.trace).toEqual(Float64Array.of(1, 2.5));
  });

  it("gets of a signal the text alone, one frame each, and the signals behind it", async () => {
    const { device, client } = await served();
    const { signal_port } = await client.ask({ event: "INIT_SIGNALS_HANDLING" });
    const subscriber = closing(new Subscriber({ linger: 0, receiveTimeout: 5_000 }));
    subscriber.connect(`tcp://127.0.0.1:${Number(signal_port)}`);
    subscriber.subscribe("");
    let isThere = false;
    const first = subscriber.receive().then(() => (isThere = true));
    await eventually("it is subscribed", () => {
      device.reported.next({ hello: 1 });
      return isThere;
    });
    await first;
    device.traceChanged.next(Float64Array.of(1, 2));
    device.imageTaken.next([7, device.image]);
    device.reported.next({ last: 1 });
    const messages: { readonly frames: number; readonly args: unknown }[] = [];
    while (messages.length < 3) {
      const frames = await subscriber.receive();
      const { args } = JSON.parse(String(frames[0])) as { readonly args: unknown };
      if (!JSON.stringify(args).includes("hello")) messages.push({ frames: frames.length, args });
    }

    expect(messages).toEqual([
      { frames: 1, args: [{ nd: { shape: [2], dtype: "<f8" } }] },
      { frames: 1, args: [7, { nd: { shape: [2, 3], dtype: "<u2" } }] },
      { frames: 1, args: [{ last: 1 }] },
    ]);
  });
});
