import { decodeInventory } from "../../lib/wire/inventory";
import { decodeReply, type Reply } from "../../lib/wire/replies";
import { decodeRequest, encodeRequest, type RpcRequest } from "../../lib/wire/requests";
import { decodeSignal } from "../../lib/wire/signals";
import { recorded, recordedExchanges, recordedSignals } from "../support/vectors";

const call = (method: string, args: unknown[] = [], kwargs = {}): RpcRequest => ({
  event: "METHOD_CALL",
  method,
  args,
  kwargs,
});

const REQUESTS: Readonly<Record<string, RpcRequest>> = {
  "inventory: method name -> client timeout in ms, null waits for ever": { event: "GET_INVENTORY" },
  "start signals: the port of a PUB socket on the server's host": { event: "INIT_SIGNALS_HANDLING" },
  "JSON method, positional": call("echo", ["hi"]),
  "JSON method, keyword": call("echo", ["x"], { times: 2 }),
  "returns None": call("nothing"),
  "Python's json writes NaN and infinities bare and integers of any size": call("numbers"),
  "a JSON method that raises": call("boom"),
  "wrong arguments": call("echo"),
  "buffer method: info frame, then the bytes": call("get_image", [true]),
  "a buffer method that raises: ONE frame": call("bad_image"),
  "unknown method": call("nope"),
  "property get": { event: "PROPERTY_GET", property: "mode" },
  "property set": { event: "PROPERTY_SET", property: "mode", value: "VIDEO" },
  "set a read-only property": { event: "PROPERTY_SET", property: "fixed", value: 1 },
  "get an unknown property": { event: "PROPERTY_GET", property: "zzz" },
  stop: { event: "STOP_SERVER" },
};

const result = (value: unknown): Reply => ({ kind: "success", body: { success: true, result: value } });
const failure = (error: string, ending?: string): unknown => ({
  kind: "failure",
  failure: {
    success: false,
    error,
    ...(ending !== undefined && { traceback: `Traceback (most recent call last):\n  ...\n${ending}\n` }),
  },
});

const REPLIES: Readonly<Record<string, unknown>> = {
  "inventory: method name -> client timeout in ms, null waits for ever": {
    kind: "success",
    body: {
      json_methods: { echo: 1500, numbers: 10000, nothing: 10000, boom: 10000 },
      buffer_methods: { get_image: null, bad_image: 10000 },
      signals: ["modeChanged", "moved", "stopped"],
      properties: ["mode", "fixed"],
      name: "cam",
    },
  },
  "start signals: the port of a PUB socket on the server's host": {
    kind: "success",
    body: { success: true, signal_port: 45799 },
  },
  "JSON method, positional": result("Echo: hi"),
  "JSON method, keyword": result("Echo: xEcho: x"),
  "returns None": result(null),
  "Python's json writes NaN and infinities bare and integers of any size": result({
    nan: NaN,
    inf: Infinity,
    ninf: -Infinity,
    big: 1763633000123456789n,
    neg: -9223372036854775808n,
    float: 1,
    text: "NaN é 🌿",
  }),
  "a JSON method that raises": failure("bad thing", "ValueError: bad thing"),
  "wrong arguments": failure(
    "Srv.echo() missing 1 required positional argument: 'message'",
    "TypeError: Srv.echo() missing 1 required positional argument: 'message'",
  ),
  "buffer method: info frame, then the bytes": {
    kind: "buffer",
    info: { format: "jpeg", rotation: 0, size: [2, 3], lores: true },
    data: Buffer.from("/9jerb7v", "base64"),
  },
  "a buffer method that raises: ONE frame": failure("shutter stuck", "RuntimeError: shutter stuck"),
  "unknown method": failure("Method nope not implemented"),
  "property get": { kind: "success", body: { success: true, value: "STILL" } },
  "property set": { kind: "success", body: { success: true } },
  "set a read-only property": failure(
    "property 'fixed' of 'Srv' object has no setter",
    "AttributeError: property 'fixed' of 'Srv' object has no setter",
  ),
  "get an unknown property": failure(
    "'Srv' object has no attribute 'zzz'",
    "AttributeError: 'Srv' object has no attribute 'zzz'",
  ),
  stop: { kind: "success", body: { success: true } },
};

describe("an exchange that was recorded from an original", () => {
  it.each(recordedExchanges)("has a request that is understood: $note", ({ note, request }) => {
    expect(request).toHaveLength(1);
    expect(decodeRequest(request[0]!)).toEqual(REQUESTS[note]);
  });

  it.each(recordedExchanges)(
    "has a request that rigwire writes to the same meaning: $note",
    ({ request }) => {
      const written = encodeRequest(decodeRequest(request[0]!));

      expect(JSON.parse(written)).toEqual(JSON.parse(request[0]!.toString()));
    },
  );

  it.each(recordedExchanges)("has a reply that is understood: $note", ({ note, reply }) => {
    expect(decodeReply(reply)).toEqual(REPLIES[note]);
  });

  it("tells what the original has to offer", () => {
    const reply = decodeReply(recorded("inventory").reply);
    const inventory = decodeInventory(reply.kind === "success" ? reply.body : {});

    expect(inventory).toEqual({
      name: "cam",
      jsonMethods: new Map([
        ["echo", 1500],
        ["numbers", 10000],
        ["nothing", 10000],
        ["boom", 10000],
      ]),
      bufferMethods: new Map([
        ["get_image", null],
        ["bad_image", 10000],
      ]),
      signals: ["modeChanged", "moved", "stopped"],
      properties: ["mode", "fixed"],
      rigwire: undefined,
    });
  });
});

describe("a signal that was recorded from an original", () => {
  it("is understood", () => {
    expect(recordedSignals.map((frame) => decodeSignal(frame))).toEqual([
      { signal: "modeChanged", args: ["VIDEO"], seq: undefined },
      { signal: "moved", args: [1.5, [1, 2]], seq: undefined },
      { signal: "stopped", args: [], seq: undefined },
    ]);
  });
});
