import { clientOf, connect, JsonMethod, RigwireError, RpcService, type Run, serve } from "rigwire";
import fc from "../support/seeded-fast-check";
import { closing } from "../support/closing";
import { EvilServer, type SendFrames } from "../support/evil-server";
import { eventually } from "../support/eventually";
import { rawDealer } from "../support/raw-client";
import { RecordingLogger } from "../support/recording-logger";
import { RUNS, TIME_LIMIT_MS } from "./recorded-frames";

jest.setTimeout(TIME_LIMIT_MS);

@RpcService()
class Stage {
  ended = 0;

  @JsonMethod({ progress: Number })
  async *home(): AsyncGenerator<number, unknown> {
    try {
      for (let at = 1; ; at++) yield at;
    } finally {
      this.ended += 1;
    }
  }

  @JsonMethod({ concurrent: true })
  echo(): string {
    return "echo";
  }
}

const INVENTORY = {
  json_methods: { home: 10_000, echo: 10_000 },
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
    features: ["batch", "cancel"],
    members: { home: { member: "home", progress: "number" } },
  },
};

/** Sends whatever it is told before and after the good reply to `home`. */
class ServerOfRubbish extends EvilServer {
  before: Buffer[][] = [];
  after: Buffer[][] = [];

  protected async answer(_event: string | undefined, send: SendFrames, sendBare: SendFrames): Promise<void> {
    // A first frame without content is a batch's: its elements have the ids.
    const sendAny = (frames: Buffer[]) => (frames[0]?.length === 0 ? sendBare : send)(...frames);
    for (const frames of this.before) await sendAny(frames);
    await send(Buffer.from('{"success":true,"result":"good"}'));
    for (const frames of this.after) await sendAny(frames);
  }
}

function stageAt(url: string) {
  const remote = connect(Stage, url, { logger: new RecordingLogger(), timeoutMs: 2_000 });
  closing(clientOf(remote));
  return remote;
}

const progress = (rest: string) => [Buffer.from(`{"event":"PROGRESS",${rest}}`)];

/** Nearly a progress: the right beginning with anything behind it. */
const rubbish = fc.oneof(
  fc.json().map((json) => progress(`"seq":${json}`)),
  fc.tuple(fc.integer(), fc.json()).map(([seq, json]) => progress(`"seq":${seq},"value":${json}`)),
  fc
    .uint8Array({ maxLength: 60 })
    .map((bytes) => [Buffer.concat([Buffer.from('{"event":"PROGRESS",'), bytes])]),
  fc
    .integer({ min: 65_000, max: 200_000 })
    .map((length) => progress(`"seq":1,"value":"${"x".repeat(length)}"`)),
  fc.constant(progress(`"seq":1,"value":${"[".repeat(30_000)}`)),
  // Of a request that nobody made, in a batch.
  fc
    .nat()
    .map((id) => [
      Buffer.alloc(0),
      Buffer.from(`[{"event":"PROGRESS","seq":1,"value":1,"id":${1_000 + id}}]`),
    ]),
);

describe("a client", () => {
  it("gets its result whatever comes as progress before and after it", async () => {
    const server = await new ServerOfRubbish(INVENTORY).open();
    const remote = stageAt(server.url);
    await fc.assert(
      fc.asyncProperty(
        fc.array(rubbish, { maxLength: 5 }),
        fc.array(rubbish, { maxLength: 5 }),
        async (before, after) => {
          Object.assign(server, { before, after });
          const seen: unknown[] = [];
          const run: Run<unknown, number> = remote.home();
          run.progress$.subscribe((value) => seen.push(value));
          expect(await run).toBe("good");
          for (const value of seen) expect(typeof value).toBe("number");
          expect(run.skipped).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it("reads on through a flood of progress that it did not ask for", async () => {
    const server = await new ServerOfRubbish(INVENTORY).open();
    const remote = stageAt(server.url);
    server.before = Array.from({ length: 20_000 }, (_, index) => progress(`"seq":${index},"value":${index}`));

    expect(await remote.echo()).toBe("good");
  });

  it("is not kept waiting beyond its time by progress that never ends in a result", async () => {
    const server = await new ServerOfRubbish(INVENTORY).open();
    const remote = connect(Stage, server.url, { logger: new RecordingLogger(), timeoutMs: 300 });
    closing(clientOf(remote));
    server.before = Array.from({ length: 100_000 }, (_, index) =>
      progress(`"seq":${index},"value":${index}`),
    );

    expect(await remote.home().catch((error: unknown) => error)).toBeInstanceOf(RigwireError);
  });
});

describe("a server", () => {
  it("goes on while a client asks for progress without end and never reads", async () => {
    const device = new Stage();
    const server = closing(await serve(device, { logger: new RecordingLogger() }));
    const dealer = rawDealer(server.url);
    await dealer.send("rigwire:present");
    await dealer.request("1", { event: "METHOD_CALL", method: "home", params: {}, progress: true });
    const remote = stageAt(server.url);
    for (let call = 0; call < 50; call++) expect(await remote.echo()).toBe("echo");
    dealer.close();

    await eventually("the method has ended", () => device.ended === 1);
  });
});
