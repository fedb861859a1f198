import { context, SpanStatusCode } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import {
  Arg,
  clientOf,
  connect,
  JsonMethod,
  type Remote,
  RpcProperty,
  RpcService,
  serve,
  type ServerInterceptor,
  type TraceContext,
  StreamMethod,
} from "../../lib/index";
import { traced, type TracingInterceptor } from "../../lib/opentelemetry";
import { memoryUrl } from "../../lib/testing";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import { OriginalLookalike } from "../support/original-lookalike";

@RpcService({ type: "stage" })
class Stage {
  @RpcProperty() speed: number = 5;

  constructor(private readonly mark: (name: string) => void) {}

  @JsonMethod({ returns: String })
  async move(@Arg("name") name: string): Promise<string> {
    this.mark(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    this.mark(`${name} goes on`);
    return name;
  }

  @JsonMethod({ progress: Number, returns: Number })
  async *creep(): AsyncGenerator<number, number> {
    yield 0;
    await new Promise((resolve) => setTimeout(resolve, 5));
    this.mark("creeps");
    return 1;
  }

  @StreamMethod(Number)
  async *trace(): AsyncIterable<number> {
    await Promise.resolve();
    for (let item = 0; item < 2; item++) {
      this.mark(`item ${item}`);
      yield item;
    }
  }

  @JsonMethod()
  jam(): void {
    throw new RangeError("the axis is blocked");
  }
}

describe("a traced request", () => {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const mark = (name: string) => tracerProvider.getTracer("driver").startSpan(name).end();
  let told: (TraceContext | undefined)[];

  beforeAll(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
  afterAll(() => context.disable());
  beforeEach(() => {
    exporter.reset();
    told = [];
  });

  async function stageWith(...interceptors: TracingInterceptor[]): Promise<Remote<Stage>> {
    const logger = new RecordingLogger();
    const listen: ServerInterceptor = (next) => (request) => {
      told.push(request.trace);
      return next(request);
    };
    const server = await serve(new Stage(mark), {
      url: memoryUrl(),
      name: "stage-1",
      logger,
      interceptors: [traced({ tracerProvider }), listen],
    });
    closing(server);
    const stage = connect(Stage, server.url, { logger, interceptors });
    closing(clientOf(stage));
    return stage;
  }

  const idOf = (span: ReadableSpan | undefined) => span?.spanContext().spanId;
  const spans = (name: string) => exporter.getFinishedSpans().filter((span) => span.name === name);
  /** The server's and the client's span of one request: the server's ends first. */
  const pair = (name: string) => spans(name) as [ReadableSpan, ReadableSpan];

  it("has a span on each side, by the names that OpenTelemetry has for calls", async () => {
    const stage = await stageWith(traced({ tracerProvider }));
    await stage.move("a");
    await stage.speed.set(6);
    await stage.speed.get();
    await stage.speed.read();

    const [served, sent] = pair("stage/move");
    expect(idOf(sent)).toBe(served.parentSpanContext?.spanId);
    expect(sent.parentSpanContext).toBeUndefined();
    expect(served.attributes).toMatchObject({
      "rpc.system": "rigwire",
      "rpc.service": "stage",
      "rpc.method": "move",
      "rigwire.device": "stage-1",
    });
    expect(sent.attributes).toMatchObject({ ...served.attributes, "server.address": expect.any(String) });
    expect(spans("stage/speed.set")).toHaveLength(2);
    expect(spans("stage/speed.get")).toHaveLength(4);
  });

  it("keeps its span in its method, also where it waited for its turn behind another", async () => {
    const stage = await stageWith(traced({ tracerProvider }));
    await Promise.all([stage.move("a"), stage.move("b")]);

    const served = spans("stage/move").filter(({ parentSpanContext }) => parentSpanContext !== undefined);
    expect(new Set(served.map(idOf)).size).toBe(2);
    const parents = (name: string) =>
      ["begins", "goes on"].map((part) => spans(`${name} ${part}`)[0]?.parentSpanContext?.spanId);
    expect(parents("a")).toEqual([idOf(served[0]), idOf(served[0])]);
    expect(parents("b")).toEqual([idOf(served[1]), idOf(served[1])]);
  });

  it("keeps its span in generators, and in streams, whose items others ask for", async () => {
    const stage = await stageWith(traced({ tracerProvider }));
    await stage.creep();
    const items: number[] = [];
    for await (const item of stage.trace()) items.push(item);

    expect(items).toEqual([0, 1]);
    expect(spans("creeps")[0]?.parentSpanContext?.spanId).toBe(idOf(pair("stage/creep")[0]));
    const [stream] = pair("stage/trace");
    expect(spans("item 0")[0]?.parentSpanContext?.spanId).toBe(idOf(stream));
    expect(spans("item 1")[0]?.parentSpanContext?.spanId).toBe(idOf(stream));
  });

  it("that fails says so on both sides, with the class of the device's error", async () => {
    const stage = await stageWith(traced({ tracerProvider }));
    await expect(stage.jam()).rejects.toThrow("the axis is blocked");

    for (const span of pair("stage/jam")) {
      expect(span.status.code).toBe(SpanStatusCode.ERROR);
      expect(span.status.message).toContain("the axis is blocked");
      expect(span.attributes["error.type"]).toBe("RangeError");
    }
  });

  it("that is given up while it waits says so on both sides", async () => {
    const stage = await stageWith(traced({ tracerProvider }));
    const first = stage.move("a");
    const second = clientOf(stage).run("move", ["b"]);
    while (told.length < 2) await new Promise((resolve) => setImmediate(resolve));
    second.cancel();
    await expect(second).rejects.toThrow();
    await first;

    const failed = () => spans("stage/move").filter(({ status }) => status.code === SpanStatusCode.ERROR);
    await eventually("both spans have failed", () => failed().length === 2);
    for (const { attributes } of failed()) expect(attributes["error.type"]).toBe("CallAbortedError");
    expect(spans("b begins")).toEqual([]);
  });

  it("begins a trace at the server where its client is not traced and sends nothing", async () => {
    const stage = await stageWith();
    await stage.move("a");

    expect(told).toEqual([undefined]);
    expect(spans("stage/move").map(({ parentSpanContext }) => parentSpanContext)).toEqual([undefined]);
  });

  it("says to an original no more than the keys of its trace, and nothing where it is not traced", async () => {
    const requests: Readonly<Record<string, unknown>>[] = [];
    const answer = (request: Readonly<Record<string, unknown>>) => void requests.push(request);
    const original = await OriginalLookalike.open({ methods: { move: "a" }, answer });
    const logger = new RecordingLogger();
    for (const interceptors of [[traced({ tracerProvider })], []]) {
      const client = closing(
        clientOf(connect(Stage, original.url, { logger, interceptors, missing: "tell" })),
      );
      expect(await client.call("move", ["a"])).toBe("a");
    }

    const [traced_, without] = requests.filter(({ event }) => event === "METHOD_CALL").map(Object.keys);
    expect(traced_).toEqual([...(without ?? []), "traceparent"]);
    expect(without).toEqual(["event", "method", "params"]);
  });
});
