import { serve, type RpcServer } from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { describeWithPython, type PythonPeer } from "./python-peer";
import { TestDevice } from "./recorded-device";

/** A frame of a reply as `original_client.py` tells it. */
interface ShownFrame {
  readonly text: string;
  readonly meaning: Readonly<Record<string, unknown>>;
  readonly base64: string;
}

describeWithPython(["zmq"], "an original client of a device", (python) => {
  let device: TestDevice;
  let server: RpcServer;
  let client: PythonPeer;

  beforeEach(async () => {
    device = new TestDevice();
    server = closing(await serve(device, { url: "tcp://127.0.0.1", name: "cam" }));
    client = python.start("original_client.py", [server.url]);
  });

  async function answers(step: object): Promise<ShownFrame[]> {
    return (await client.ask(step)) as ShownFrame[];
  }

  async function meaningOf(step: object): Promise<unknown> {
    const [frame, ...rest] = await answers(step);
    expect(rest).toEqual([]);
    return frame?.meaning;
  }

  it("reads the inventory, with a null for a method that takes as long as it takes", async () => {
    expect(await meaningOf({ do: "get_inventory" })).toMatchObject({
      json_methods: { echo: number(1_500), numbers: number(10_000), slow: number(10_000) },
      buffer_methods: { get_image: null, bad_image: number(10_000) },
      signals: ["modeChanged", "moved", "stopped", "polled"],
      properties: ["mode", "fixed"],
      name: "cam",
    });
  });

  it("reads a name that the device was given later", async () => {
    server.name = "";
    expect(await meaningOf({ do: "get_inventory" })).toMatchObject({ name: "" });

    server.name = "cam-1";
    expect(await meaningOf({ do: "get_inventory" })).toMatchObject({ name: "cam-1" });
  });

  it("calls by place, by name and by both", async () => {
    const expected = { success: true, result: "Echo: xEcho: x" };

    expect(await meaningOf({ do: "call", method: "echo", args: ["x", 2] })).toEqual(expected);
    expect(await meaningOf({ do: "call", method: "echo", args: ["x"], kwargs: { times: 2 } })).toEqual(
      expected,
    );
    expect(await meaningOf({ do: "call", method: "echo", kwargs: { times: 2, message: "x" } })).toEqual(
      expected,
    );
  });

  it("is told which argument is unknown, doubled, missing or one too many", async () => {
    const failure = async (args: unknown[], kwargs: object) =>
      meaningOf({ do: "call", method: "echo", args, kwargs });

    expect(await failure(["x"], { volume: 2 })).toMatchObject({
      success: false,
      error: 'echo() has no argument "volume": its arguments are message, times',
    });
    expect(await failure(["x"], { message: "y" })).toMatchObject({
      success: false,
      error: 'echo() got "message" twice, by place and by name',
    });
    expect(await failure([], {})).toMatchObject({
      success: false,
      error:
        "echo() is missing its argument message (one that may be left out is declared as optional by " +
        '@Arg("message", { optional: true }))',
    });
    expect(await failure(["x", 1, 2], {})).toMatchObject({
      success: false,
      error: "echo() takes 2 arguments, got 3",
    });
  });

  it("gets every number and text as it was meant, in both directions", async () => {
    const text = '{"event": "METHOD_CALL", "method": "mirror", "params": {"args": [%], "kwargs": {}}}';
    const value =
      '{"nan": NaN, "list": [Infinity, -Infinity, 1e400], "big": 18446744073709551617, "neg": -9007199254740993, ' +
      '"words": "NaN, -Infinity \\u00e9 \\ud83c\\udf3f", "float": 0.1, "large float": 1e22, "none": null, "yes": true}';

    const reply = await meaningOf({ do: "send", frames: [{ text: text.replace("%", value) }] });

    expect(reply).toEqual({ success: true, result: await client.ask({ do: "read", text: value }) });
  });

  it("gets a buffer as its info and its bytes, also an empty one", async () => {
    const [info, data] = await answers({ do: "call", method: "get_image", args: [true] });
    expect(info?.meaning).toEqual({
      format: "jpeg",
      rotation: number(0),
      size: [number(2), number(3)],
      lores: true,
    });
    expect(data).toEqual({ base64: "/9jerb7v" });

    const [emptyInfo, empty] = await answers({ do: "call", method: "empty_image" });
    expect(emptyInfo?.meaning).toEqual({ size: [number(0), number(0)] });
    expect(empty).toEqual({ base64: "" });
  });

  it("gets one frame with error and traceback from a method that throws", async () => {
    for (const [method, error] of [
      ["boom", "bad thing"],
      ["bad_image", "shutter stuck"],
    ]) {
      expect(await meaningOf({ do: "call", method })).toEqual({
        success: false,
        error,
        // An addition, which the original ignores.
        errorName: "Error",
        traceback: expect.stringMatching(new RegExp(`^Error: ${error}\\n +at .*${method}`)),
      });
    }
  });

  it("gets error and traceback, though an empty one, where the device is not reached: it reads both", async () => {
    for (const step of [
      { do: "call", method: "echo", args: [] },
      { do: "get", property: "nothing" },
      { do: "set", property: "fixed", value: 1 },
    ]) {
      expect(await meaningOf(step)).toMatchObject({
        success: false,
        error: expect.any(String),
        traceback: "",
      });
    }
  });

  it("gets no traceback for a method that is not there", async () => {
    for (const method of ["nope", "constructor", "__proto__", "toString"]) {
      expect(await meaningOf({ do: "call", method })).toEqual({
        success: false,
        error: `Method ${method} not implemented`,
      });
    }
  });

  it("gets and sets properties, and reaches nothing else that way", async () => {
    expect(await meaningOf({ do: "get", property: "mode" })).toEqual({ success: true, value: "STILL" });
    expect(await meaningOf({ do: "set", property: "mode", value: "VIDEO" })).toEqual({ success: true });
    expect(device.mode).toBe("VIDEO");
    expect(await meaningOf({ do: "set", property: "mode", value: ["VIDEO"] })).toMatchObject({
      success: false,
    });
    expect(await meaningOf({ do: "set", property: "fixed", value: 1 })).toMatchObject({ success: false });
    for (const property of ["moved", "echo", "__class__", "constructor"]) {
      expect(await meaningOf({ do: "get", property })).toMatchObject({ success: false });
      expect(await meaningOf({ do: "set", property, value: 1 })).toMatchObject({ success: false });
    }
  });

  it("gets signals from the port it was told, each once, in order, in the original's form", async () => {
    const port = await meaningOf({ do: "init_signals" });
    expect(port).toEqual({ success: true, signal_port: { number: expect.stringMatching(/^\d+$/) } });
    await device.isListenedTo;

    await meaningOf({ do: "set", property: "mode", value: "VIDEO" });
    await meaningOf({ do: "set", property: "mode", value: "VIDEO" });
    await meaningOf({ do: "call", method: "move", args: [1.5] });
    device.stopped.next();
    device.mode = "STILL";

    const signals = (await client.ask({ do: "next_signals", count: 4 })) as ShownFrame[][];
    expect(signals.map(([frame, ...rest]) => [frame?.meaning, ...rest])).toEqual([
      [signal("modeChanged", ["VIDEO"])],
      [signal("moved", [number(1.5), [number(1), number(2)]])],
      [signal("stopped", [])],
      [signal("modeChanged", ["STILL"])],
    ]);
  });

  it("gets each signal once, however many clients asked for the signals", async () => {
    const other = python.start("original_client.py", [server.url]);
    await client.ask({ do: "init_signals" });
    await other.ask({ do: "init_signals" });
    const both = [client, other];

    let emitted = 0;
    const heard = Promise.all(both.map((each) => each.ask({ do: "next_signals", count: 1 })));
    const allHear = heard.then(() => true);
    await eventually("both are subscribed", () => {
      device.moved.next([++emitted, [1, 2]]);
      return Promise.race([allHear, Promise.resolve(false)]);
    });

    for (const [index, each] of both.entries()) {
      const first = distances((await heard)[index] as ShownFrame[][])[0]!;
      const missing = Array.from({ length: emitted - first }, (_, further) => first + further + 1);
      const rest = await each.ask({ do: "next_signals", count: missing.length });
      expect(distances(rest as ShownFrame[][])).toEqual(missing);
    }
  });

  it("may not stop a server that does not allow it, and goes on using it", async () => {
    expect(await meaningOf({ do: "event", event: "STOP_SERVER" })).toEqual({
      success: false,
      error: expect.stringContaining("allowRemoteStop"),
      traceback: "",
    });
    expect(await meaningOf({ do: "event", event: "FIND_PEER_ADDRESS" })).toMatchObject({ success: false });
    expect(await meaningOf({ do: "get", property: "fixed" })).toMatchObject({ success: true });
  });

  it.each([
    ["no JSON", [{ text: "{" }]],
    ["nothing", [{ text: "" }]],
    ["no object", [{ text: "[1, 2]" }]],
    ["no event", [{ text: "{}" }]],
    ["an unknown event", [{ text: '{"event": "DANCE"}' }]],
    ["no method", [{ text: '{"event": "METHOD_CALL"}' }]],
    ["params that are no object", [{ text: '{"event": "METHOD_CALL", "method": "echo", "params": []}' }]],
    ["no UTF-8", [{ base64: "//79" }]],
    ["two frames", [{ text: '{"event": "GET_INVENTORY"}' }, { text: "{}" }]],
  ])("that sends %s gets a failure, and its next request is answered", async (_, frames) => {
    expect(await meaningOf({ do: "send", frames })).toMatchObject({
      success: false,
      error: expect.stringMatching(/\w/),
    });
    expect(await meaningOf({ do: "get", property: "fixed" })).toEqual({ success: true, value: number(7) });
  });
});

/** A number as `original_client.py` tells it. */
function number(value: number): { number: string } {
  return { number: String(value) };
}

function signal(name: string, args: unknown[]): object {
  return { event: "EMIT_SIGNAL", signal: name, args, blocking: false, seq: { number: expect.any(String) } };
}

function distances(frames: ShownFrame[][]): number[] {
  return frames.map(([frame]) => Number((frame?.meaning.args as { number: string }[])[0]?.number));
}
