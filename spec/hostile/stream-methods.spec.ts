import { interval, map, type Observable, range } from "rxjs";
import { Observable as Source } from "rxjs";
import { clientOf, connect, JsonMethod, RigwireError, RpcService, serve, StreamMethod } from "rigwire";
import fc from "../support/seeded-fast-check";
import { closing } from "../support/closing";
import { EvilServer, type SendFrames } from "../support/evil-server";
import { eventually } from "../support/eventually";
import { rawClient, rawDealer } from "../support/raw-client";
import { RecordingLogger } from "../support/recording-logger";
import { RUNS, TIME_LIMIT_MS } from "./recorded-frames";

jest.setTimeout(TIME_LIMIT_MS);

@RpcService()
class Stage {
  ended = 0;
  made = 0;

  @StreamMethod(Number)
  async *count(): AsyncIterable<number> {
    try {
      for (let at = 1; ; at++) {
        this.made = at;
        yield at;
      }
    } finally {
      this.ended += 1;
    }
  }

  /** Tells without end, in one go. */
  @StreamMethod(Number, { bufferBytes: 100_000 })
  flood(): Observable<number> {
    return range(0, 1_000_000_000);
  }

  @StreamMethod(Number, { bufferBytes: 10_000 })
  ticks(): Observable<number> {
    return interval(1).pipe(map((tick) => (this.made = tick)));
  }

  @StreamMethod(Number)
  badlyCleared(): Observable<number> {
    return new Source((subscriber) => {
      subscriber.next(1);
      return () => {
        throw new Error("the lamp does not go out");
      };
    });
  }

  @StreamMethod(Number)
  nothing(): Observable<number> {
    return 5 as unknown as Observable<number>;
  }

  @JsonMethod()
  echo(): string {
    return "echo";
  }
}

const INVENTORY = {
  json_methods: { count: 500, echo: 10_000 },
  buffer_methods: {},
  signals: [],
  properties: [],
  name: "stage",
  rigwire: {
    version: "0.1.0",
    type: "stage",
    instance: "1",
    clock: 1,
    signalPort: 0,
    features: ["batch", "cancel", "streams"],
    members: { count: { member: "count", stream: "number" } },
  },
};

/** Opens whatever it is asked to, and answers with what it is told. */
class ServerOfRubbish extends EvilServer {
  answers: Buffer[][] = [];

  protected async answer(event: string | undefined, send: SendFrames): Promise<void> {
    if (event === "METHOD_CALL") await send(Buffer.from('{"event":"PROGRESS","seq":0}'));
    if (event !== "STREAM_NEXT") return;
    await send(...(this.answers.shift() ?? [Buffer.from('{"success":true,"items":[],"end":true}')]));
  }
}

function stageAt(url: string, timeoutMs = 2_000) {
  const remote = connect(Stage, url, { logger: new RecordingLogger(), timeoutMs, missing: "tell" });
  closing(clientOf(remote));
  return remote;
}

const items = (text: string) => Buffer.from(`{"success":true,${text}}`);

/** Nearly items. */
const rubbish = fc.oneof(
  fc.json().map((json) => [items(`"seq":1,"items":${json},"bytes":9`)]),
  fc.json().map((json) => [items(`"seq":${json},"items":[1],"bytes":9`)]),
  fc.json().map((json) => [items(`"seq":1,"items":[1,2],"bytes":${json},"end":${json}`)]),
  fc.array(fc.json()).map((values) => [items(`"seq":1,"items":[${values.join(",")}],"bytes":9`)]),
  fc
    .tuple(fc.json(), fc.uint8Array({ maxLength: 40 }))
    .map(([json, bytes]) => [
      items(`"seq":1,"items":[{"nd":{"shape":[2],"dtype":"<f4"}}],"bytes":9,"sizes":${json}`),
      Buffer.from(bytes),
    ]),
  fc
    .tuple(fc.array(fc.integer({ min: -1, max: 99 })), fc.uint8Array({ maxLength: 40 }))
    .map(([sizes, bytes]) => [
      items(`"seq":1,"items":[1,{"nd":{"shape":[2],"dtype":"<f4"}}],"bytes":9,"sizes":[${sizes.join(",")}]`),
      Buffer.from(bytes),
    ]),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => [Buffer.from(bytes)]),
);

async function readAll(stream: AsyncIterable<unknown>): Promise<unknown> {
  try {
    for await (const item of stream) expect(typeof item).toBe("number");
    return undefined;
  } catch (error) {
    return error;
  }
}

describe("a reader", () => {
  it("gets items of its type, or an error, whatever comes as items", async () => {
    const server = await new ServerOfRubbish(INVENTORY).open();
    const remote = stageAt(server.url);
    await fc.assert(
      fc.asyncProperty(fc.array(rubbish, { maxLength: 4 }), async (answers) => {
        server.answers = [...answers];
        const error = await readAll(remote.count());
        if (error !== undefined) expect(error).toBeInstanceOf(RigwireError);
      }),
      { numRuns: RUNS },
    );
  });
});

describe("a server", () => {
  async function served() {
    const device = new Stage();
    const logger = new RecordingLogger();
    const server = closing(await serve(device, { logger, maxStreamsPerClient: 8 }));
    return { device, server, logger };
  }

  it("answers whatever is asked for as items", async () => {
    const { server } = await served();
    const raw = rawClient(server.url);
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (stream, credit) => {
        const reply = await raw.ask({ event: "STREAM_NEXT", stream, credit });
        expect(reply).toMatchObject({ success: false, error: expect.any(String) as string });
      }),
      { numRuns: RUNS },
    );
    expect(await raw.call("count")).toMatchObject({
      error: expect.stringContaining("count is a stream") as string,
    });
    expect(await raw.call("echo")).toMatchObject({ result: "echo" });
  });

  it("gives the items of a stream to nobody but who opened it", async () => {
    const { server } = await served();
    const [owner, other] = [rawDealer(server.url), rawDealer(server.url)];
    await owner.request("1", open("count"));
    await owner.receive();
    await other.request("1", { event: "STREAM_NEXT", stream: "1", credit: 1_000 });

    expect((await other.replies(1))[0]?.reply).toMatchObject({ success: false });
    await owner.request("2", { event: "STREAM_NEXT", stream: "1", credit: 100 });
    expect((await owner.replies(1))[0]?.reply).toMatchObject({ seq: 1, items: [1, 2, 3] });
  });

  it("takes one question at a time, and one stream by an id", async () => {
    const { device, server } = await served();
    const dealer = rawDealer(server.url);
    await dealer.request("1", open("count"));
    await dealer.receive();
    await dealer.request("1", open("count"));
    expect((await dealer.replies(1))[0]?.reply).toMatchObject({ reason: "busy" });

    await dealer.request("2", { event: "STREAM_NEXT", stream: "1", credit: 1e300 });
    const [first] = await dealer.replies(1);
    expect(first?.reply).toMatchObject({ success: true });
    // However much is asked for: a reply has its bounds.
    expect(device.made).toBeLessThan(100_000);
  });

  it("bounds the streams of a client that opens them and never reads", async () => {
    const { server } = await served();
    const dealer = rawDealer(server.url);
    for (let id = 0; id < 100; id++) await dealer.request(String(id), open("count"));
    const refused = [];
    while (refused.length < 92) {
      const [, , body] = await dealer.receive();
      const reply = JSON.parse(String(body)) as { reason?: string };
      if (reply.reason === "busy") refused.push(reply);
    }
    await dealer.send("", JSON.stringify({ event: "CANCEL", id: "0" }));
    await answerTo(dealer, "0");
    await dealer.request("again", open("count"));
    const [, , opened] = await answerTo(dealer, "again");

    expect(String(opened)).toBe('{"event":"PROGRESS","seq":0}');
    expect(await stageAt(server.url).echo()).toBe("echo");
  });

  it("ends an Observable that tells without end in one go", async () => {
    const { server } = await served();
    const remote = stageAt(server.url);

    expect(String(await readAll(remote.flood()))).toMatch(/reader is too slow/);
    expect(await remote.echo()).toBe("echo");
  });

  it("stops listening to a source whose reader never reads", async () => {
    const { device, server } = await served();
    const dealer = rawDealer(server.url);
    await dealer.request("1", open("ticks"));
    await eventually("it was told too much", () => device.made > 200);
    const { made } = device;
    await new Promise((resolve) => setTimeout(resolve, 50));

    expect(device.made - made).toBeLessThan(200);
  });

  it("stays up where a source fails as it is ended, or is none", async () => {
    const { server, logger } = await served();
    const remote = stageAt(server.url);
    for await (const item of remote.badlyCleared()) {
      expect(item).toBe(1);
      break;
    }
    expect(String(await readAll(remote.nothing()))).toMatch(/neither an Observable nor an AsyncIterable/);

    expect(await remote.echo()).toBe("echo");
    await eventually("it is told", () =>
      logger.lines.some((text) => text.includes("the lamp does not go out")),
    );
  });
});

/** The frames of the next message under an id. */
async function answerTo(dealer: ReturnType<typeof rawDealer>, id: string): Promise<Buffer[]> {
  for (;;) {
    const frames = await dealer.receive();
    if (String(frames[0]) === id) return frames;
  }
}

function open(method: string): object {
  return { event: "METHOD_CALL", method, params: {}, stream: "all" };
}
