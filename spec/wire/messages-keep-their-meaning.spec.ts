import fc from "../support/seeded-fast-check";
import { MalformedMessageError, RemoteError, ValidationError } from "rigwire";
import { bufferMethodReply } from "../../lib/wire/buffer-results";
import { deviceFailure, errorOf, refusal } from "../../lib/wire/failures";
import { decodeInventory } from "../../lib/wire/inventory";
import {
  decodeReply,
  failureReply,
  resultReply,
  successReply,
  valueReply,
  type ReplyFrames,
} from "../../lib/wire/replies";
import { BEGUN, decodeProgress, encodeProgress, isProgress } from "../../lib/wire/progress";
import { decodeRequest, encodeRequest, type RpcRequest } from "../../lib/wire/requests";
import { decodeSignal, encodeSignal, signalTopic } from "../../lib/wire/signals";

const json = fc.jsonValue({ noUnicodeString: false });
const object = fc.dictionary(fc.string(), json, { noNullPrototype: true });
/** Milliseconds since a server's computer started: fifty years at most. */
const deadline = fc.option(fc.double({ min: 0, max: 1.6e12, noNaN: true }), { nil: undefined });

const anyRequest: fc.Arbitrary<RpcRequest> = fc.oneof(
  fc.constantFrom<RpcRequest>(
    { event: "GET_INVENTORY" },
    { event: "INIT_SIGNALS_HANDLING" },
    { event: "STOP_SERVER" },
    { event: "FIND_PEER_ADDRESS" },
  ),
  fc.record({
    event: fc.constant("METHOD_CALL" as const),
    method: fc.string(),
    args: fc.array(json),
    kwargs: object,
    deadline,
  }),
  fc.record({
    event: fc.constant("METHOD_CALL" as const),
    method: fc.string(),
    args: fc.array(json),
    kwargs: object,
    deadline,
    stream: fc.constantFrom("all", "latest"),
  }),
  fc.record({
    event: fc.constant("STREAM_NEXT" as const),
    stream: fc.string(),
    credit: fc.integer({ min: 1, max: 1e9 }),
  }),
  fc.record({ event: fc.constant("PROPERTY_GET" as const), property: fc.string() }),
  fc.record({ event: fc.constant("PROPERTY_SET" as const), property: fc.string(), value: json, deadline }),
  fc.record({ event: fc.constant("CONFIRM_SUBSCRIPTIONS" as const), token: fc.string() }),
  fc.record({ event: fc.constant("CANCEL" as const), id: fc.string() }),
);

/** What JSON makes of a value: minus zero is zero. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

const overTheWire = (frames: ReplyFrames) => decodeReply(frames.map((frame) => Buffer.from(frame as string)));

describe("a request", () => {
  it("is read as it was written", () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        expect(plain(decodeRequest(Buffer.from(encodeRequest(request))))).toEqual(plain(request));
      }),
    );
  });

  it("may leave out arguments and params", () => {
    const none = { event: "METHOD_CALL", method: "m", args: [], kwargs: {} };

    expect(read('{"event":"METHOD_CALL","method":"m"}')).toEqual(none);
    expect(read('{"event":"METHOD_CALL","method":"m","params":{}}')).toEqual(none);
    expect(read('{"event":"METHOD_CALL","method":"m","params":null}')).toEqual(none);
  });

  it("may carry keys that nobody knows", () => {
    expect(read('{"event":"PROPERTY_GET","property":"p","id":4,"trace":{}}')).toEqual({
      event: "PROPERTY_GET",
      property: "p",
    });
  });

  it("has no deadline where what stands there is no time", () => {
    for (const given of ['"soon"', "null", "NaN", "Infinity", "[1]"]) {
      expect(read(`{"event":"METHOD_CALL","method":"m","deadline":${given}}`)).toMatchObject({
        deadline: undefined,
      });
    }
  });

  it("asks for progress where it says true, and for a time without any where that is one", () => {
    const call = '{"event":"METHOD_CALL","method":"m"';
    expect(read(`${call},"progress":true,"idle":2.5}`)).toMatchObject({ progress: true, idle: 2.5 });
    for (const given of ['"yes"', "1", "null", "false", "{}"])
      expect(read(`${call},"progress":${given}}`)).toMatchObject({ progress: undefined });
    for (const given of ['"soon"', "0", "-1", "NaN", "Infinity", "null"])
      expect(read(`${call},"idle":${given}}`)).toMatchObject({ idle: undefined });
  });

  it("sets a property to null, but not to nothing", () => {
    expect(read('{"event":"PROPERTY_SET","property":"p","value":null}')).toMatchObject({ value: null });
    expect(() => read('{"event":"PROPERTY_SET","property":"p"}')).toThrow('PROPERTY_SET has no "value"');
  });

  it.each([
    ["", "the request is empty"],
    ["{", "the message is not JSON"],
    ["null", "the message is no JSON object"],
    ["[]", "the message is no JSON object"],
    ['"GET_INVENTORY"', "the message is no JSON object"],
    ["NaN", "the message is no JSON object"],
    ["{}", 'the request has no "event"'],
    ['{"event":null}', "unknown event of type object"],
    ['{"event":1}', "unknown event of type number"],
    ['{"event":"FLY"}', 'unknown event "FLY"'],
    ['{"event":"get_inventory"}', 'unknown event "get_inventory"'],
    ['{"__proto__":{"event":"STOP_SERVER"}}', 'the request has no "event"'],
    ['{"event":"METHOD_CALL"}', '"METHOD_CALL" has no text "method"'],
    ['{"event":"METHOD_CALL","method":5}', '"METHOD_CALL" has no text "method"'],
    ['{"event":"METHOD_CALL","method":"m","params":[]}', '"params" of METHOD_CALL is no object'],
    ['{"event":"METHOD_CALL","method":"m","params":{"args":{}}}', '"args" of METHOD_CALL is no list'],
    ['{"event":"METHOD_CALL","method":"m","params":{"args":null}}', '"args" of METHOD_CALL is no list'],
    ['{"event":"METHOD_CALL","method":"m","params":{"kwargs":[]}}', '"kwargs" of METHOD_CALL is no object'],
    ['{"event":"PROPERTY_GET"}', '"PROPERTY_GET" has no text "property"'],
    ['{"event":"PROPERTY_SET","value":1}', '"PROPERTY_SET" has no text "property"'],
    ['{"event":"CONFIRM_SUBSCRIPTIONS"}', '"CONFIRM_SUBSCRIPTIONS" has no text "token"'],
  ])("is refused where it is %s", (text, message) => {
    expect(() => read(text)).toThrow(MalformedMessageError);
    expect(() => read(text)).toThrow(message);
  });

  it("is refused where it is not UTF-8", () => {
    expect(() => decodeRequest(Buffer.from('{"event":"GET_INVENTORY\xff"}', "latin1"))).toThrow(
      "the message is not UTF-8",
    );
  });

  it("is read from any part of a bigger buffer", () => {
    const text = '{"event":"GET_INVENTORY"}';
    const bytes = new Uint8Array(Buffer.from(`###${text}###`)).subarray(3, 3 + text.length);

    expect(decodeRequest(bytes)).toEqual({ event: "GET_INVENTORY" });
  });

  it("is named shortened in the error, however long its event is", () => {
    expect(() => read(JSON.stringify({ event: "E".repeat(100_000) }))).toThrow(/^unknown event "E{60}"$/);
  });
});

describe("a reply", () => {
  it("is read as it was written", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(plain(overTheWire(resultReply(value)))).toEqual(
          plain({ kind: "success", body: { success: true, result: value } }),
        );
        expect(plain(overTheWire(valueReply(value)))).toEqual(
          plain({ kind: "success", body: { success: true, value } }),
        );
      }),
    );
  });

  it("of nothing is null", () => {
    expect(overTheWire(resultReply(undefined))).toEqual({
      kind: "success",
      body: { success: true, result: null },
    });
  });

  it("of bytes is an info object and the bytes themselves", () => {
    const bytes = new Uint8Array([0, 255, 1]);
    const frames = bufferMethodReply("grab", [bytes, { format: "raw" }]);

    expect(frames).toEqual(['{"format":"raw"}', bytes]);
    expect(frames[1]).toBe(bytes);
  });

  it("of two frames is bytes, whatever the info says", () => {
    const info = Buffer.from('{"success":false,"error":"none"}');

    expect(decodeReply([info, Buffer.alloc(0)])).toEqual({
      kind: "buffer",
      info: { success: false, error: "none" },
      data: Buffer.alloc(0),
    });
  });

  it("may be a success with further keys", () => {
    expect(overTheWire(successReply({ signal_port: 4 }))).toEqual({
      kind: "success",
      body: { success: true, signal_port: 4 },
    });
  });

  it("that fails without a text is still a failure", () => {
    expect(decodeReply([Buffer.from('{"success":false,"error":{"code":4}}')])).toEqual({
      kind: "failure",
      failure: { success: false, error: "the device gave no reason" },
    });
  });

  it.each([[[]], [["{}", "b", "c"]], [["5"]], [["[]"]], [["{"]], [[""]]])(
    "is refused where it is %j",
    (frames) => {
      expect(() => decodeReply(frames.map((frame) => Buffer.from(frame)))).toThrow(MalformedMessageError);
    },
  );
});

describe("a failure", () => {
  const place = { device: "cam-1", member: "focus" };

  it("of the device is a RemoteError with message, traceback and place", () => {
    const error = throughTheWire(deviceFailure(new TypeError("stuck")));

    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ message: "cam-1.focus: stuck", remoteMessage: "stuck", ...place });
    expect(error).toMatchObject({ traceback: expect.stringContaining("TypeError: stuck\n    at") });
  });

  it("of a value that does not fit is a ValidationError", () => {
    const error = throughTheWire(refusal(new ValidationError("x: expected number")));

    expect(error).toBeInstanceOf(ValidationError);
    expect(error).toMatchObject({ message: "cam-1.focus: x: expected number", ...place });
  });

  it("that is no value's is a RemoteError without a traceback", () => {
    expect(throughTheWire(refusal(new Error("no")))).toMatchObject({ remoteMessage: "no", traceback: "" });
  });

  it.each<[string, unknown, string]>([
    ["a text", "stuck", "stuck"],
    ["null", null, "null"],
    ["nothing", undefined, "undefined"],
    ["a number", 5, "5"],
    ["a symbol", Symbol("stuck"), "Symbol(stuck)"],
    ["an object", { code: 5 }, "{ code: 5 }"],
    ["an object without a prototype", Object.create(null), "[Object: null prototype] {}"],
    ["an error without a message", new RangeError(), "RangeError"],
    ["an error whose message is no text", Object.assign(new Error(), { message: 42 }), "42"],
    ["an error that cannot be read", unreadable("message"), "an error that cannot be printed"],
    ["an error whose stack cannot be read", unreadable("stack"), "stuck"],
    ["an object that hides its class", hostileProxy(), "an error that cannot be printed"],
  ])("can be made of whatever was thrown: %s", (_name, thrown, message) => {
    const error = throughTheWire(deviceFailure(thrown));

    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ remoteMessage: message });
  });

  function throughTheWire(failure: ReturnType<typeof refusal>): Error {
    const reply = overTheWire(failureReply(failure));
    if (reply.kind !== "failure") throw new Error("the failure did not arrive as one");
    return errorOf(reply.failure, place);
  }
});

describe("a signal", () => {
  it("is read as it was written", () => {
    fc.assert(
      fc.property(fc.string(), fc.array(json), fc.nat(), (signal, args, seq) => {
        const frame = encodeSignal(signalTopic(signal), args, seq);

        expect(plain(decodeSignal(Buffer.from(frame)))).toEqual(plain({ signal, args, seq }));
        expect(frame.startsWith(signalTopic(signal))).toBe(true);
      }),
    );
  });

  it("stands under no other signal's topic", () => {
    expect(encodeSignal(signalTopic("modeChanged"), [], 1).startsWith(signalTopic("mode"))).toBe(false);
  });

  it("carries what JSON alone would lose", () => {
    const frame = encodeSignal(signalTopic("s"), [NaN, 2n ** 60n], 1);

    expect(decodeSignal(Buffer.from(frame))).toMatchObject({ args: [NaN, 2n ** 60n] });
  });

  it.each(["", "{}", '{"event":"EMIT_SIGNAL","signal":"s"}', '{"event":"OTHER","signal":"s","args":[]}'])(
    "is refused where it is %j",
    (text) => {
      expect(() => decodeSignal(Buffer.from(text))).toThrow(MalformedMessageError);
    },
  );
});

describe("an inventory", () => {
  const MINIMAL = { json_methods: {}, buffer_methods: {}, signals: [], properties: [] };

  it("needs no name", () => {
    expect(decodeInventory(MINIMAL).name).toBe("");
  });

  it("is refused where a part of it has another shape", () => {
    for (const [key, value] of [
      ["json_methods", []],
      ["buffer_methods", { a: "soon" }],
      ["signals", {}],
      ["properties", [1]],
      ["properties", undefined],
    ] as const) {
      expect(() => decodeInventory({ ...MINIMAL, [key]: value })).toThrow(MalformedMessageError);
    }
  });

  it("is one without additions where they cannot be read", () => {
    for (const rigwire of [null, 5, [], {}, { version: 1 }, { version: "1", type: "t", instance: "i" }]) {
      expect(decodeInventory({ ...MINIMAL, rigwire }).rigwire).toBeUndefined();
    }
  });

  it("leaves out what cannot be read of a member", () => {
    const rigwire = {
      version: "1",
      type: "t",
      instance: "i",
      clock: 1,
      signalPort: 0,
      features: [],
      members: { a: 5, get_b: { member: 5, readonly: "no", parameters: [{ name: 5 }], type: "string" } },
    };

    expect(decodeInventory({ ...MINIMAL, rigwire }).rigwire?.members).toEqual(
      new Map([["get_b", { member: "get_b", type: "string", parameters: [] }]]),
    );
  });
});

function read(text: string): RpcRequest {
  return decodeRequest(Buffer.from(text));
}

function unreadable(property: string): Error {
  return Object.defineProperty(new Error("stuck"), property, {
    get: () => {
      throw new Error("not readable");
    },
  });
}

function hostileProxy(): object {
  const refuse = () => {
    throw new Error("no");
  };
  return new Proxy({}, { get: refuse, getPrototypeOf: refuse, ownKeys: refuse });
}

describe("a progress", () => {
  const told = (text: string) => [Buffer.from(text)] as const;

  it("is read as it was written, and told from every reply", () => {
    fc.assert(
      fc.property(fc.nat(), json, (seq, value) => {
        const message = told(encodeProgress(seq, value));
        expect(isProgress(message)).toBe(true);
        expect(plain(decodeProgress(message))).toEqual(plain({ seq, value }));
        for (const reply of [resultReply(value), valueReply({ event: "PROGRESS", value })])
          expect(isProgress(told(reply[0] as string))).toBe(false);
      }),
    );
  });

  it("may say no more than that the method has begun", () => {
    expect(isProgress(told(BEGUN))).toBe(true);
    expect(decodeProgress(told(BEGUN))).toEqual({ seq: 0, value: undefined });
  });

  it("is no buffer, whatever its info object says", () => {
    expect(isProgress([Buffer.from(BEGUN), Buffer.from("bytes")])).toBe(false);
  });

  it.each(["", '"seq":-1', '"seq":1.5', '"seq":"1"', '"seq":null'])(
    "is refused where its number is %s",
    (seq) => {
      const rest = seq === "" ? "" : `,${seq}`;
      expect(() => decodeProgress(told(`{"event":"PROGRESS"${rest}}`))).toThrow(MalformedMessageError);
    },
  );
});
