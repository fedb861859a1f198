import { firstValueFrom, lastValueFrom, toArray } from "rxjs";
import {
  Arg,
  CallAbortedError,
  CallContext,
  type ClientOptions,
  clientOf,
  connect,
  ContractError,
  JsonMethod,
  type Remote,
  RemoteError,
  RpcService,
  type RpcServer,
  RpcTimeoutError,
  type Run,
  runOf,
  serve,
  type ServerInterceptor,
  withOptions,
} from "rigwire";
import { closing } from "../support/closing";
import { OriginalLookalike } from "../support/original-lookalike";
import { RecordingLogger } from "../support/recording-logger";

class Step {
  at = 0;
  of = 0;
}

@RpcService({ type: "stage" })
class Stage {
  /** Goes on when it is told to. */
  goOn = (): void => undefined;
  ended = 0;

  @JsonMethod({ progress: Number })
  async *moveTo(@Arg("target") target: number): AsyncGenerator<number, number> {
    try {
      for (let at = 1; at <= target; at++) {
        yield at;
        await new Promise<void>((resolve) => (this.goOn = resolve));
      }
      return target;
    } finally {
      this.ended += 1;
    }
  }

  @JsonMethod({ progress: Step })
  async home(@Arg("steps") steps: number): Promise<string> {
    const { progress } = CallContext.current();
    for (let at = 1; at <= steps; at++) {
      progress({ at, of: steps });
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return "home";
  }

  /** Silent for longer and longer. */
  @JsonMethod({ progress: Number, timeout: { idle: 300 } })
  async *slowDown(): AsyncGenerator<number, void> {
    try {
      for (let ms = 50; ; ms *= 2) {
        await new Promise((resolve) => setTimeout(resolve, ms));
        yield ms;
      }
    } finally {
      this.ended += 1;
    }
  }

  @JsonMethod({ progress: Number })
  async *fail(): AsyncGenerator<number, void> {
    yield 1;
    throw new Error("stuck");
  }

  @JsonMethod()
  stop(): void {
    // Tells nothing.
  }

  @JsonMethod()
  whisper(): void {
    CallContext.current().progress(1);
  }
}

let stage: Stage;
let server: RpcServer;
let logger: RecordingLogger;

async function connecting(
  options: ClientOptions = {},
  interceptors: ServerInterceptor[] = [],
): Promise<Remote<Stage>> {
  stage = new Stage();
  logger = new RecordingLogger();
  server = closing(await serve(stage, { logger, interceptors }));
  const remote = connect(Stage, server.url, { logger, ...options });
  closing(clientOf(remote));
  return remote;
}

describe("a run", () => {
  it("is a promise of what the method returns, and tells what it yields", async () => {
    const run = (await connecting()).moveTo(1);
    const told = firstValueFrom(run.progress$);

    expect(run).toBeInstanceOf(Promise);
    expect(await told).toBe(1);
    stage.goOn();
    expect(await run).toBe(1);
    expect(await run.then((reached) => reached + 1)).toBe(2);
  });

  it("tells each subscriber, and who comes later the newest first", async () => {
    const run = (await connecting()).moveTo(2);
    const early = firstValueFrom(run.progress$.pipe(toArray()));
    await firstValueFrom(run.progress$);
    const late = firstValueFrom(run.progress$.pipe(toArray()));
    stage.goOn();
    while (stage.ended === 0) {
      stage.goOn();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await run;

    expect([await early, await late, await lastValueFrom(run.progress$)]).toEqual([[1, 2], [1, 2], 2]);
  });

  it("completes its progress before its result, and has left out nothing", async () => {
    const events: string[] = [];
    const run = (await connecting()).home(3) as Run<string, Step>;
    run.progress$.subscribe({ complete: () => events.push("complete") });
    events.push(await run);

    expect(events).toEqual(["complete", "home"]);
  });

  it("completes its progress where it fails: the promise carries the error", async () => {
    const run = (await connecting()).fail();
    const told = firstValueFrom(run.progress$.pipe(toArray()));

    await expect(run).rejects.toThrow(RemoteError);
    expect(await told).toEqual([1]);
  });

  it("can be given up, with a reason", async () => {
    const run = (await connecting()).moveTo(5);
    await firstValueFrom(run.progress$);
    run.cancel("enough");
    const error: unknown = await run.catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(CallAbortedError);
    expect(error).toMatchObject({ cause: "enough", message: expect.stringContaining("moveTo was aborted") });
    run.cancel();
  });

  it("is given up by the caller's signal as well", async () => {
    const giving = new AbortController();
    const run = withOptions(await connecting(), { signal: giving.signal }).moveTo(5);
    await firstValueFrom(run.progress$);
    giving.abort();

    await expect(run).rejects.toThrow(CallAbortedError);
    await expect(withOptions(await connecting(), { signal: giving.signal }).moveTo(5)).rejects.toThrow(
      /was not sent/,
    );
  });

  it("goes through interceptors on both sides", async () => {
    const seen: unknown[] = [];
    const remote = await connecting(
      {
        interceptors: [
          (next) => async (request) => {
            const result = await next({ ...request, args: [2] });
            seen.push(result);
            return result;
          },
        ],
      },
      [(next) => (request) => next(request)],
    );
    const run = remote.home(1);
    const told = firstValueFrom(runOf(run).progress$);

    expect([await run, await told, seen]).toEqual(["home", { at: 1, of: 2 }, ["home"]]);
  });

  it("of a device that is known by its inventory alone is the same", async () => {
    await connecting();
    const remote = await connect<Stage>(server.url, { logger });
    closing(clientOf(remote));
    const run = remote.moveTo(1);
    const told = await firstValueFrom(run.progress$);
    stage.goOn();

    expect([told, await run]).toEqual([1, 1]);
  });

  it("of an original is its result alone, and an original is asked for nothing more", async () => {
    const requests: object[] = [];
    const original = await OriginalLookalike.open({
      answer: (request) => {
        requests.push(request);
        return undefined;
      },
      methods: { moveTo: 5 },
    });
    const remote = connect(Stage, original.url, { logger: new RecordingLogger() });
    closing(clientOf(remote));
    const run = withOptions(remote, { timeoutMs: { idle: 5_000 } }).moveTo(5);

    expect([await run, await firstValueFrom(run.progress$.pipe(toArray()))]).toEqual([5, []]);
    expect(requests.at(-1)).toEqual({
      event: "METHOD_CALL",
      method: "moveTo",
      params: { args: [5], kwargs: {} },
    });
  });

  it("tells nothing where nothing is asked for", async () => {
    const run = withOptions(await connecting(), { progress: false }).home(3);

    expect(await run).toBe("home");
    expect(await firstValueFrom(runOf(run).progress$.pipe(toArray()))).toEqual([]);
  });
});

describe("a method that is no generator", () => {
  it("tells progress by its context, of the declared type", async () => {
    const run: Run<string, Step> = runOf((await connecting()).home(2));
    const told = firstValueFrom(run.progress$);

    expect(await run).toBe("home");
    expect(await told).toBeInstanceOf(Step);
    expect(await lastValueFrom(run.progress$)).toEqual({ at: 2, of: 2 });
  });

  it("must declare what it tells", async () => {
    const remote = await connecting();

    await expect(remote.whisper()).rejects.toThrow(/whisper tells progress, but does not declare it/);
    const stopped = remote.stop();
    expect(() => runOf(stopped)).toThrow(ContractError);
    await stopped;
  });
});

describe("a time without progress", () => {
  it("is that of the method, and ends it on both sides", async () => {
    const remote = await connecting();
    const run = remote.slowDown();
    const told = firstValueFrom(run.progress$.pipe(toArray()));

    await expect(run).rejects.toThrow(RpcTimeoutError);
    await expect(run).rejects.toThrow(/slowDown told no progress for 300 ms/);
    expect(await told).toEqual([50, 100, 200]);
    await remote.stop();
    expect(stage.ended).toBe(1);
  });

  it("counts while the call waits for its turn", async () => {
    const remote = await connecting();
    const moving = remote.moveTo(1);
    await firstValueFrom(moving.progress$);
    const waiting = remote.slowDown();

    await expect(waiting).rejects.toThrow(/slowDown told no progress for 300 ms/);
    stage.goOn();
    await moving;
    await remote.stop();
    expect(stage.ended).toBe(1);
  });

  it("is the time of the whole call where a method tells nothing", async () => {
    const remote = withOptions(await connecting(), { timeoutMs: { idle: 5_000 } });

    await expect(remote.stop()).resolves.toBeNull();
  });

  it("is what a call is advised that ran out of time while it told progress", async () => {
    const remote = withOptions(await connecting(), { timeoutMs: 200 });

    await expect(remote.moveTo(2)).rejects.toThrow(
      /got no reply within 200 ms .*; it was still telling progress: with timeout: \{ idle: ms \}/,
    );
  });

  it("must be a time", async () => {
    const remote = withOptions(await connecting(), { timeoutMs: { idle: Number.NaN } });

    await expect(remote.moveTo(1)).rejects.toThrow(/timeoutMs is NaN/);
  });
});
