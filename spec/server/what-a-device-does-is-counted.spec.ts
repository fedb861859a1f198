import { firstValueFrom, Subject, toArray } from "rxjs";
import {
  Arg,
  CallContext,
  clientOf,
  connect,
  ContractError,
  JsonMethod,
  type MemberUse,
  type Remote,
  RpcProperty,
  RpcService,
  serve,
  type ServeOptions,
  Signal,
  StreamMethod,
} from "../../lib/index";
import { memoryUrl } from "../../lib/testing";
import { deferred } from "../../lib/time/deferred";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { OriginalLookalike } from "../support/original-lookalike";
import { RecordingLogger } from "../support/recording-logger";

@RpcService()
class Pump {
  @Signal(Number) readonly flowed = new Subject<number>();
  @RpcProperty() rate: number = 1;
  readonly gate = deferred();

  @RpcProperty() get pressure(): number {
    throw new Error("the gauge is gone");
  }

  @JsonMethod() async prime(): Promise<void> {
    const { signal } = CallContext.current();
    const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    await Promise.race([this.gate.promise, aborted]);
    signal.throwIfAborted();
  }

  @JsonMethod() turn(@Arg("times") times: number): number {
    return times;
  }

  @JsonMethod() seize(): void {
    throw new Error("the bearing is blocked");
  }

  @JsonMethod() recite(): string {
    return "x".repeat(20_000);
  }

  @StreamMethod(Number) async *samples(): AsyncIterable<number> {
    for (const sample of [1, 2, 3]) yield await Promise.resolve(sample);
  }
}

/** The property, as somebody knows it who sends anything for it. */
const UNTYPED_RATE = {
  kind: "property",
  member: "rate",
  wireName: "rate",
  description: undefined,
  readonly: false,
  type: { kind: "any" },
  nullable: false,
  notify: undefined,
  autoNotify: false,
  guard: undefined,
} as const;

const logger = new RecordingLogger();

async function pumping(options: ServeOptions = {}): Promise<{ pump: Pump; remote: Remote<Pump> }> {
  const pump = new Pump();
  const server = closing(await serve(pump, { url: memoryUrl(), name: "pump", logger, ...options }));
  const remote = connect(Pump, server.url, { logger });
  closing(clientOf(remote));
  return { pump, remote };
}

async function statsOf(remote: Remote<Pump>, name: string, wanted: MemberUse) {
  const { members } = await clientOf(remote).stats();
  const found = members.find(({ member, use }) => member === name && use === wanted);
  if (found === undefined) throw new Error(`no stats of ${name}`);
  const { calls, failures, refusals, waiting, running } = found;
  return { ...found, counts: [calls, failures, refusals, waiting, running] };
}

it("each duration is told as it is counted, until the server closes", async () => {
  const server = closing(await serve(new Pump(), { url: memoryUrl(), logger }));
  const remote = connect(Pump, server.url, { logger });
  closing(clientOf(remote));
  const told = firstValueFrom(server.durations$.pipe(toArray()));
  await remote.turn(1);
  await remote.rate.set(2);
  await remote.seize().catch(() => undefined);
  const { members } = server.stats();
  await server.close();
  const durations = await told;

  expect(durations.map(({ member, use, phase }) => `${member} ${use} ${phase}`)).toEqual(
    ["turn call", "rate set", "seize call"].flatMap((used) => [`${used} wait`, `${used} run`]),
  );
  for (const { member, use, phase, ms } of durations) {
    const counted = members.find((one) => one.member === member && one.use === use);
    expect(ms).toBeCloseTo(counted?.[phase].maxMs ?? NaN, 3);
  }
});

it("calls are counted, and how long each ran and waited", async () => {
  const { pump, remote } = await pumping();
  const primed = remote.prime();
  const turned = remote.turn(3);
  await eventually("it runs", async () => (await statsOf(remote, "prime", "call")).running === 1);

  expect((await statsOf(remote, "turn", "call")).counts).toEqual([1, 0, 0, 1, 0]);
  const from = performance.now();
  await eventually("some time has passed", () => performance.now() - from > 30);
  pump.gate.resolve();
  await Promise.all([primed, turned]);
  const [prime, turn] = [await statsOf(remote, "prime", "call"), await statsOf(remote, "turn", "call")];

  expect([prime.counts, turn.counts]).toEqual([
    [1, 0, 0, 0, 0],
    [1, 0, 0, 0, 0],
  ]);
  expect(prime.run.p50Ms).toBeGreaterThan(29);
  expect(turn.wait.maxMs).toBeGreaterThan(29);
  expect(turn.run.p99Ms).toBeLessThan(prime.run.p50Ms);
});

it("failures are those of the device, refusals what did not reach it", async () => {
  const { pump, remote } = await pumping({ maxCallsPerClient: 2 });
  const calls = [
    remote.seize(),
    clientOf(remote).call("turn", ["no number"]),
    clientOf(remote).call("turn", []),
  ];
  expect((await Promise.allSettled(calls)).map(({ status }) => status)).toEqual(Array(3).fill("rejected"));
  const primed = remote.prime();
  await Promise.allSettled([remote.turn(1), remote.turn(2), remote.turn(3)].slice(1));
  pump.gate.resolve();
  await primed;

  expect((await statsOf(remote, "seize", "call")).counts).toEqual([1, 1, 0, 0, 0]);
  expect((await statsOf(remote, "turn", "call")).counts).toEqual([5, 0, 4, 0, 0]);
});

it("a call that is given up counts as refused where it waited, as failed where it ran", async () => {
  const { remote } = await pumping();
  const [runs, waits] = [new AbortController(), new AbortController()];
  const calls = [
    clientOf(remote).call("prime", [], {}, { signal: runs.signal }),
    clientOf(remote).call("turn", [1], {}, { signal: waits.signal }),
  ];
  await eventually("one waits", async () => (await statsOf(remote, "turn", "call")).waiting === 1);
  waits.abort();
  await eventually("it is refused", async () => (await statsOf(remote, "turn", "call")).waiting === 0);
  runs.abort();
  await Promise.allSettled(calls);
  await eventually("the other has ended", async () => (await statsOf(remote, "prime", "call")).running === 0);

  expect((await statsOf(remote, "prime", "call")).counts).toEqual([1, 1, 0, 0, 0]);
  expect((await statsOf(remote, "turn", "call")).counts).toEqual([1, 0, 1, 0, 0]);
});

it("what an interceptor refuses is refused, what it mends is done", async () => {
  const { remote } = await pumping({
    interceptors: [
      (next) => async (request) => {
        if (request.member === "turn") throw new Error("not on Sundays");
        return next(request).catch(() => "mended");
      },
    ],
  });
  await Promise.allSettled([remote.turn(1), remote.seize()]);

  expect((await statsOf(remote, "turn", "call")).counts).toEqual([1, 0, 1, 0, 0]);
  expect((await statsOf(remote, "seize", "call")).counts).toEqual([1, 0, 0, 0, 0]);
});

it("gets and sets of a property are counted apart", async () => {
  const { remote } = await pumping();
  await remote.rate.set(2);
  await remote.rate.get();
  await remote.rate.get();
  await Promise.allSettled([clientOf(remote).set(UNTYPED_RATE, "fast"), remote.pressure.get()]);

  expect((await statsOf(remote, "rate", "set")).counts).toEqual([2, 0, 1, 0, 0]);
  expect((await statsOf(remote, "rate", "get")).counts).toEqual([2, 0, 0, 0, 0]);
  expect((await statsOf(remote, "pressure", "get")).counts).toEqual([1, 1, 0, 0, 0]);
});

it("a reply that is too large counts as a failure", async () => {
  const { remote } = await pumping({ maxTextBytes: 10_000 });
  await expect(remote.recite()).rejects.toThrow(/maxTextBytes/);

  expect((await statsOf(remote, "recite", "call")).counts).toEqual([1, 1, 0, 0, 0]);
});

it("the items of a stream are counted with it", async () => {
  const { remote } = await pumping();
  const items: number[] = [];
  for await (const item of remote.samples()) items.push(item);
  const samples = await statsOf(remote, "samples", "stream");

  expect(samples.counts).toEqual([1, 0, 0, 0, 0]);
  expect(samples.items).toBe(items.length);
  expect(samples.bytesOut).toBeGreaterThan('{"success":true,"items":[1,2,3]}'.length);
});

it("signals are counted whether or not somebody hears them", async () => {
  const { pump, remote } = await pumping();
  pump.flowed.next(1);

  expect((await clientOf(remote).stats()).signals).toEqual([
    { signal: "flowed", emitted: 1, sent: 0, missed: 0 },
  ]);
});

it("the process tells its memory, and how late its event loop was", async () => {
  const { remote } = await pumping();
  const blockedMs = 200;
  const from = performance.now();
  await eventually(
    "the loop has been measured",
    async () => (await clientOf(remote).stats()).eventLoop !== undefined,
  );
  const until = performance.now() + blockedMs;
  while (performance.now() < until);
  await eventually("the hang is seen", async () => {
    const { eventLoop } = await clientOf(remote).stats();
    return (eventLoop?.maxMs ?? 0) > blockedMs / 2;
  });
  const { eventLoop, memory, upMs } = await clientOf(remote).stats();

  expect(eventLoop?.maxMs).toBeLessThan(performance.now() - from + 1_000);
  expect(memory?.residentBytes).toBeGreaterThan(memory?.heapBytes ?? Infinity);
  expect(upMs).toBeGreaterThanOrEqual(blockedMs);
});

it("an original has none, and the error says so by its name", async () => {
  const unknown = { success: false, error: "Unknown event STATS", traceback: "" };
  const original = await OriginalLookalike.open({
    methods: { turn: 1 },
    answer: ({ event }) => (event === "STATS" ? unknown : undefined),
  });
  const remote = connect(Pump, original.url, { logger, name: "old-pump" });
  closing(clientOf(remote));
  const asked = clientOf(remote).stats();

  await expect(asked).rejects.toThrow(ContractError);
  await expect(asked).rejects.toThrow(/^old-pump tells no stats/);
});
