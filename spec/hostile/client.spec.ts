import { createServer, type AddressInfo } from "node:net";
import fc from "../support/seeded-fast-check";
import { Subject } from "rxjs";
import { Publisher, Router } from "zeromq";
import {
  Any,
  Arg,
  clientOf,
  connect,
  JsonMethod,
  MalformedMessageError,
  RigwireError,
  RpcService,
  Signal,
} from "rigwire";
import { decodeInventory, type Inventory } from "../../lib/wire/inventory";
import { decodeReply } from "../../lib/wire/replies";
import { decodeSignal, signalTopic } from "../../lib/wire/signals";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import { mutatedReplies, mutatedSignals, rubbishBatches, RUNS, TIME_LIMIT_MS } from "./recorded-frames";

jest.setTimeout(TIME_LIMIT_MS);

const CALL_MS = 2_000;

@RpcService()
class Camera {
  @Signal(Any) readonly moved = new Subject<unknown>();
  @JsonMethod() echo(@Arg("value") value: unknown): unknown {
    return value;
  }
}

const INVENTORY = {
  json_methods: { echo: 10_000 },
  buffer_methods: {},
  signals: ["moved"],
  properties: [],
  name: "cam",
};

type Answer = (request: Record<string, unknown>) => Buffer[];

/** A server that answers calls with whatever it is told, under the right id. */
class EvilServer {
  readonly publisher = new Publisher({ linger: 0 });
  private readonly router = new Router({ linger: 0 });
  private signalPort = 0;

  private constructor(private readonly answer: Answer) {}

  static async open(answer: Answer): Promise<EvilServer> {
    const server = closing(new EvilServer(answer));
    await server.router.bind("tcp://127.0.0.1:*");
    await server.publisher.bind("tcp://127.0.0.1:*");
    server.signalPort = Number(server.publisher.lastEndpoint?.split(":").at(-1));
    void server.run();
    return server;
  }

  get url(): string {
    return String(this.router.lastEndpoint);
  }

  close(): void {
    this.router.close();
    this.publisher.close();
  }

  private async run(): Promise<void> {
    for await (const [client, id, delimiter, body] of this.router) {
      const request = JSON.parse(String(body)) as Record<string, unknown>;
      const frames = this.honest(request) ?? this.answer(request);
      if (client === undefined || id === undefined || delimiter === undefined) continue;
      // A first frame without content is a batch's: its elements have the ids.
      const envelope = frames[0]?.length === 0 ? [client] : [client, id, delimiter];
      await this.router.send([...envelope, ...frames]);
    }
  }

  private honest({ event }: Record<string, unknown>): Buffer[] | undefined {
    if (event === "GET_INVENTORY") return [Buffer.from(JSON.stringify(INVENTORY))];
    if (event === "INIT_SIGNALS_HANDLING")
      return [Buffer.from(JSON.stringify({ success: true, signal_port: this.signalPort }))];
    return undefined;
  }
}

function camera(url: string, timeoutMs = CALL_MS) {
  const remote = connect(Camera, url, { logger: new RecordingLogger(), timeoutMs });
  closing(clientOf(remote));
  return remote;
}

/** Any value, or an error of this library: nothing else may come out of a call. */
async function outcomeOf(call: Promise<unknown>): Promise<void> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error !== undefined) expect(error).toBeInstanceOf(RigwireError);
}

describe("the decoders of a client", () => {
  it.each<[string, (frames: readonly Buffer[]) => unknown]>([
    ["replies", (frames) => decodeReply([...frames])],
    ["inventories", readInventory],
    ["signals", ([first = Buffer.alloc(0)]) => decodeSignal(first)],
  ])("give a value or a MalformedMessageError: %s", (_name, decode) => {
    fc.assert(
      fc.property(fc.oneof(mutatedReplies, mutatedSignals), (frames) => {
        try {
          decode(frames);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessageError);
        }
      }),
      { numRuns: 10 * RUNS },
    );
  });
});

function readInventory(frames: readonly Buffer[]): Inventory | undefined {
  const reply = decodeReply([...frames]);
  return reply.kind === "success" ? decodeInventory(reply.body) : undefined;
}

/** Each input is the answer to a call; after them all, a good answer is heard. */
async function expectCallsToEnd(answers: fc.Arbitrary<Buffer[]>, numRuns: number): Promise<void> {
  let next: Buffer[] = [];
  const server = await EvilServer.open(() => next);
  const remote = camera(server.url, 300);
  await fc.assert(
    fc.asyncProperty(answers, async (frames) => {
      next = frames;
      await outcomeOf(remote.echo(1));
    }),
    { numRuns },
  );
  next = [Buffer.from('{"success":true,"result":"good"}')];

  const isGood = () =>
    remote.echo(1).then(
      (value) => value === "good",
      () => false,
    );
  await eventually("it works again", isGood);
}

describe("a client", () => {
  it("ends every call with a value or an error of its own, whatever is answered", async () => {
    await expectCallsToEnd(mutatedReplies, RUNS);
  });

  it("ends every call, and connects again, where batches are broken", async () => {
    // Each costs a connection.
    const batches = rubbishBatches.map((batch) => [Buffer.alloc(0), batch]);
    await expectCallsToEnd(batches, Math.ceil(RUNS / 30));
  });

  it("reads on after signals of any bytes", async () => {
    const server = await EvilServer.open(() => [Buffer.from('{"success":true,"result":null}')]);
    const remote = camera(server.url);
    const heard: unknown[] = [];
    remote.moved.subscribe((value) => heard.push(value));
    await remote.echo(1);
    await fc.assert(
      fc.asyncProperty(mutatedSignals, async (frames) => {
        if (frames.length > 0) await server.publisher.send(frames);
      }),
      { numRuns: RUNS },
    );
    await server.publisher.send(`${signalTopic("moved")}"args":["last"],"blocking":false}`);

    await eventually("the last one came", () => heard.at(-1) === "last");
  });

  it("fails its calls by their deadline where something else listens", async () => {
    let pieces: Uint8Array[] = [];
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      for (const piece of pieces) socket.write(piece);
      socket.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing({ close: () => void server.close() });
    const { port } = server.address() as AddressInfo;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 4 }), async (bytes) => {
        pieces = bytes;
        const remote = camera(`tcp://127.0.0.1:${port}`, 50);
        expect(await remote.echo(1).catch((error: unknown) => error)).toBeInstanceOf(RigwireError);
        await clientOf(remote).close();
      }),
      { numRuns: Math.ceil(RUNS / 15) },
    );
  });
});
