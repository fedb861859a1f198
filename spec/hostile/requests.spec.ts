import fc from "../support/seeded-fast-check";
import { Subject } from "rxjs";
import { Any, Arg, JsonMethod, MalformedMessageError, RpcProperty, RpcService, serve, Signal } from "rigwire";
import { decodeReply } from "../../lib/wire/replies";
import { decodeRequest } from "../../lib/wire/requests";
import { closing } from "../support/closing";
import { rawClient, rawDealer, RawSubscriber, type RawClient } from "../support/raw-client";
import { RecordingLogger } from "../support/recording-logger";
import { RUNS, TIME_LIMIT_MS } from "./recorded-frames";

jest.setTimeout(TIME_LIMIT_MS);

@RpcService()
class Device {
  @Signal(Any) readonly configChanged = new Subject<unknown>();
  @RpcProperty({ notify: "configChanged" }) config: unknown = {};
  @JsonMethod() echo(@Arg("value") value: unknown): unknown {
    return value;
  }
  @JsonMethod() add(@Arg("a") a: number, @Arg("b") b: number = 1): number {
    return a + b;
  }
  @JsonMethod() async *count(@Arg("to") to: number): AsyncGenerator<number, void> {
    for (let count = 1; count <= Math.min(to, 10); count++) yield count;
  }
}

async function serveDevice() {
  const device = new Device();
  const logger = new RecordingLogger();
  const server = closing(await serve(device, { logger }));
  return { device, logger, url: server.url };
}

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
const json = fc.json({ maxDepth: 4 });

/** Nearly a request: the right keys with anything in them. */
const nearly = fc
  .record(
    {
      event: fc.oneof(
        {
          weight: 8,
          arbitrary: fc.constantFrom("METHOD_CALL", "PROPERTY_GET", "PROPERTY_SET", "GET_INVENTORY"),
        },
        {
          weight: 1,
          arbitrary: fc.constantFrom("STOP_SERVER", "INIT_SIGNALS_HANDLING", "FIND_PEER_ADDRESS"),
        },
        { weight: 1, arbitrary: fc.anything() },
      ),
      method: fc.oneof(
        fc.constantFrom("echo", "add", "count", "toString", "__proto__", "config"),
        fc.anything(),
      ),
      property: fc.oneof(fc.constantFrom("config", "constructor", "echo"), fc.anything()),
      params: fc.oneof(
        fc.record({
          args: fc.oneof(fc.array(fc.anything()), fc.anything()),
          kwargs: fc.oneof(fc.dictionary(fc.string(), fc.anything()), fc.anything()),
        }),
        fc.anything(),
      ),
      value: fc.anything(),
      deadline: fc.anything(),
      progress: fc.oneof(fc.boolean(), fc.anything()),
      idle: fc.oneof(fc.double(), fc.anything()),
    },
    { requiredKeys: ["event"] },
  )
  .map((value) => Buffer.from(JSON.stringify(value)));

const rubbish = fc.oneof(
  bytes,
  json.map((text) => Buffer.from(text)),
  nearly,
  // A good request with one byte changed.
  fc.tuple(fc.nat(), fc.nat(255)).map(([at, byte]) => {
    const body = Buffer.from('{"event":"METHOD_CALL","method":"add","params":{"args":[1],"kwargs":{"b":2}}}');
    body[at % body.length] = byte;
    return body;
  }),
);

describe("the request decoder", () => {
  it("gives a request or a MalformedMessageError, whatever the bytes", () => {
    fc.assert(
      fc.property(rubbish, (body) => {
        try {
          expect(typeof decodeRequest(body).event).toBe("string");
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessageError);
        }
      }),
      { numRuns: 10 * RUNS },
    );
  });
});

describe("a live server", () => {
  it("answers every message of a REQ client, whatever the bytes, and then a good one", async () => {
    const { url } = await serveDevice();
    const client = rawClient(url);
    await fc.assert(
      fc.asyncProperty(rubbish, async (body) => {
        const reply = decodeReply(await client.exchange(body));
        expect(["success", "failure"]).toContain(reply.kind);
      }),
      { numRuns: RUNS },
    );

    await expectAlive(client);
  });

  it("answers every message of a DEALER client under its own id", async () => {
    const { url } = await serveDevice();
    const dealer = rawDealer(url);
    const bodies = fc.sample(rubbish, RUNS);
    for (const [index, body] of bodies.entries()) await dealer.send(String(index), "", body);
    const answered = new Set<string>();
    while (answered.size < bodies.length) answered.add(String((await dealer.receive())[0]));

    await expectAlive(rawClient(url));
  });

  it.each<[string, string | Buffer, string]>([
    ["nothing", "", "the request is empty"],
    ["no JSON", "hello", "the message is not JSON"],
    ["half a JSON", '{"event":', "the message is not JSON"],
    ["no object", "[1]", "the message is no JSON object"],
    ["an empty batch", "[]", "the message is no JSON object"],
    ["a batch without ids", '[{"event":"GET_INVENTORY"}]', "the message is no JSON object"],
    ["no UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), "the message is not UTF-8"],
    ["no event", '{"method":"add"}', 'the request has no "event"'],
    ["an unknown event", '{"event":"FLY"}', 'unknown event "FLY"'],
    ["an event on the prototype", '{"__proto__":{"event":"GET_INVENTORY"}}', 'the request has no "event"'],
    ["no method", '{"event":"METHOD_CALL"}', 'has no text "method"'],
    ["no property", '{"event":"PROPERTY_GET"}', 'has no text "property"'],
    ["no value", '{"event":"PROPERTY_SET","property":"config"}', 'has no "value"'],
    ["brackets without end", "[".repeat(200_000), "nested more than 1000 deep"],
    ["brackets without end around NaN", `${"[".repeat(200_000)}NaN`, "nested more than 1000 deep"],
    ["an integer without end", `{"event":${"9".repeat(100_000)}}`, "100000 digits"],
  ])("tells what is wrong with %s, and serves on", async (_name, body, error) => {
    const { url } = await serveDevice();
    const client = rawClient(url);
    const [reply] = await client.exchange(body);

    expect(JSON.parse(String(reply))).toEqual({
      success: false,
      error: expect.stringContaining(error),
      traceback: "",
    });
    await expectAlive(client);
  });

  it("drops what has no envelope, and too long an envelope, and serves on", async () => {
    const { url } = await serveDevice();
    const dealer = rawDealer(url);
    const request = '{"event":"METHOD_CALL","method":"add","params":{"args":[1]}}';
    await dealer.send(request);
    await dealer.send("1", "2", "3");
    await dealer.send(...Array<string>(20).fill("x"), "", request);
    await dealer.request("good", { event: "METHOD_CALL", method: "add", params: { args: [1] } });

    expect(await dealer.replies(1)).toEqual([{ id: "good", reply: { success: true, result: 2 } }]);
  });

  it("refuses a body of more than two frames, and of none", async () => {
    const { url } = await serveDevice();
    const dealer = rawDealer(url);
    await dealer.send("three", "", '{"event":"GET_INVENTORY"}', "more", "and more");
    await dealer.send("none", "");

    expect(await dealer.replies(2)).toEqual([
      { id: "three", reply: { success: false, error: expect.stringContaining("one frame"), traceback: "" } },
      { id: "none", reply: { success: false, error: expect.stringContaining("one frame"), traceback: "" } },
    ]);
  });

  it("answers through as many envelopes as a chain of brokers adds", async () => {
    const { url } = await serveDevice();
    const dealer = rawDealer(url);
    const request = JSON.stringify({ event: "METHOD_CALL", method: "add", params: { args: [1] } });
    await dealer.send("outer", "inner", "", request);

    expect((await dealer.receive()).map(String)).toEqual([
      "outer",
      "inner",
      "",
      '{"success":true,"result":2}',
    ]);
  });

  it("passes __proto__ on as an ordinary member, and lets it reach no prototype", async () => {
    const { url, device } = await serveDevice();
    const client = rawClient(url);
    const value = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';

    expect(
      String(await client.exchange(`{"event":"METHOD_CALL","method":"echo","params":{"args":[${value}]}}`)),
    ).toBe(`{"success":true,"result":${value}}`);
    await client.exchange(`{"event":"PROPERTY_SET","property":"config","value":${value}}`);
    expect(Object.keys(device.config as object)).toEqual(["__proto__", "constructor"]);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it("survives a value nested deeper than it can write", async () => {
    const { url } = await serveDevice();
    const client = rawClient(url);
    const deep = "[".repeat(100_000) + "]".repeat(100_000);

    for (const request of [
      `{"event":"METHOD_CALL","method":"echo","params":{"args":[${deep}]}}`,
      `{"event":"METHOD_CALL","method":"add","params":{"args":[${deep}]}}`,
      `{"event":"METHOD_CALL","method":"echo","params":{"args":[null,${deep}]}}`,
      `{"event":"METHOD_CALL","method":"echo","params":{"kwargs":{"value":${deep}}}}`,
      `{"event":"PROPERTY_SET","property":"config","value":${deep}}`,
      `{"event":"PROPERTY_SET","property":"config","value":{"next":${deep}}}`,
      '{"event":"PROPERTY_GET","property":"config"}',
    ]) {
      expect((await client.exchange(request)).length).toBe(1);
    }
    await expectAlive(client);
  });

  it("survives subscriptions of any bytes", async () => {
    const { url, device } = await serveDevice();
    const client = rawClient(url);
    for (const topic of ["\0", "\ufffd", "x".repeat(100_000), '{"event"'])
      await RawSubscriber.open(client, topic);
    const subscriber = await RawSubscriber.open(client, "");
    device.configChanged.next("still here");

    expect(await subscriber.args(1)).toEqual([["still here"]]);
  });

  it("survives clients that leave before their reply", async () => {
    const { url } = await serveDevice();
    for (let count = 0; count < 20; count++) {
      const dealer = rawDealer(url);
      await dealer.request("1", { event: "GET_INVENTORY" });
      dealer.close();
    }

    await expectAlive(rawClient(url));
  });
});

async function expectAlive(client: RawClient): Promise<void> {
  expect(await client.call("add", [1], { b: 2 })).toEqual({ success: true, result: 3 });
}
