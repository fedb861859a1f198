import { firstValueFrom } from "rxjs";
import {
  Arg,
  BufferMethod,
  type BufferResult,
  CallContext,
  clientOf,
  connect,
  ConnectionLostError,
  InterruptedError,
  JsonMethod,
  type Remote,
  RemoteError,
  RpcService,
  RpcTimeoutError,
  type RpcServer,
  serve,
  withOptions,
} from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { rawClient } from "../support/raw-client";
import { RecordingLogger } from "../support/recording-logger";

/** Scans in every way in which an author may write it. */
@RpcService()
class Scanner {
  readonly log: string[] = [];

  @JsonMethod({ progress: Number })
  async *scan(@Arg("steps") steps: number): AsyncGenerator<number, string> {
    try {
      for (let step = 1; step <= steps; step++) {
        await pause();
        yield step;
      }
      return "scanned";
    } finally {
      await pause();
      this.log.push("parked");
    }
  }

  /** Nothing in it ever waits. */
  @JsonMethod({ progress: Number })
  async *count(): AsyncGenerator<number, void> {
    try {
      for (let step = 1; ; step++) yield step;
    } finally {
      this.log.push("parked");
    }
  }

  @JsonMethod({ progress: Number })
  *list(@Arg("steps") steps: number): Generator<number, string> {
    for (let step = 1; step <= steps; step++) yield step;
    return "listed";
  }

  @BufferMethod({ progress: String })
  async *image(): AsyncGenerator<string, BufferResult<{ format: string }>> {
    yield "exposing";
    return [Buffer.from("pixels"), { format: "raw" }];
  }

  @JsonMethod({ progress: Number })
  async *break(): AsyncGenerator<number, void> {
    yield 1;
    await pause();
    throw new Error("the lamp is out");
  }

  /** Clears up in two steps, and says so. */
  @JsonMethod({ progress: String })
  async *sayGoodbye(): AsyncGenerator<string, void> {
    try {
      for (;;) {
        await pause();
        yield "scanning";
      }
    } finally {
      yield "parking";
      await pause();
      yield "parked";
      this.log.push("parked");
    }
  }

  /** Does not let itself be ended. */
  @JsonMethod({ progress: Number })
  async *goOn(): AsyncGenerator<number, void> {
    for (let step = 1; ; step++) {
      try {
        await pause();
        yield step;
      } finally {
        this.log.push("goes on");
        // eslint-disable-next-line no-unsafe-finally
        continue;
      }
    }
  }

  @JsonMethod({ progress: Number, onCallerLost: "continue" })
  async *finish(): AsyncGenerator<number, void> {
    for (let step = 1; step <= 50; step++) {
      await pause();
      yield step;
    }
    this.log.push("finished");
  }

  /** Waits for what never comes, unless it is told to end. */
  @JsonMethod({ progress: String })
  async *waitForLight(): AsyncGenerator<string, void> {
    const { signal } = CallContext.current();
    try {
      yield "waiting";
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("given up"))));
    } finally {
      this.log.push("parked");
    }
  }

  @JsonMethod({ interrupts: true })
  stop(): string {
    this.log.push("stopped");
    return "stopped";
  }

  @JsonMethod()
  next(): string {
    this.log.push("next");
    return "next";
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

let scanner: Scanner;
let server: RpcServer;
let logger: RecordingLogger;

beforeEach(async () => {
  scanner = new Scanner();
  logger = new RecordingLogger();
  server = closing(await serve(scanner, { logger }));
});

function connecting(): Remote<Scanner> {
  const remote = connect(Scanner, server.url, { logger: new RecordingLogger() });
  closing(clientOf(remote));
  return remote;
}

describe("a method that yields", () => {
  it("gives what it returns to a client that knows nothing of progress", async () => {
    const client = rawClient(server.url);

    expect(await client.call("scan", [3])).toEqual({ success: true, result: "scanned" });
    const image = await client.exchange('{"event":"METHOD_CALL","method":"image","params":{}}');
    expect(image.map(String)).toEqual(['{"format":"raw"}', "pixels"]);
  });

  it("may be an ordinary generator", async () => {
    const run = connecting().list(3);
    const seen: number[] = [];
    run.progress$.subscribe((step) => seen.push(step));

    expect(await run).toBe("listed");
    expect(seen.at(-1)).toBe(3);
  });

  it("may give bytes", async () => {
    const run = connecting().image();
    const step = firstValueFrom(run.progress$);
    const [data, info] = await run;

    expect([await step, data.toString(), info]).toEqual(["exposing", "pixels", { format: "raw" }]);
  });

  it("fails with what it throws", async () => {
    const run = connecting().break();

    await expect(run).rejects.toThrow(RemoteError);
    await expect(run).rejects.toThrow("the lamp is out");
  });

  it("holds the queue as any other method does", async () => {
    const remote = connecting();
    const [scanned, next] = [remote.scan(5), remote.next()];
    await Promise.all([scanned, next]);

    expect(scanner.log).toEqual(["parked", "next"]);
  });
});

describe("a method that yields is ended", () => {
  it("when its caller gives up, and holds the queue until it has cleared up", async () => {
    const remote = connecting();
    const run = remote.scan(1_000_000);
    await firstValueFrom(run.progress$);
    run.cancel();
    await expect(run).rejects.toThrow(/was aborted/);
    await remote.next();

    expect(scanner.log).toEqual(["parked", "next"]);
  });

  it("though it never waits for anything", async () => {
    const remote = connecting();
    const run = remote.count();
    await firstValueFrom(run.progress$);
    run.cancel();
    await expect(run).rejects.toThrow(/was aborted/);
    await remote.next();

    expect(scanner.log).toEqual(["parked", "next"]);
  });

  it("when its caller's time is over", async () => {
    const remote = connecting();
    await expect(withOptions(remote, { timeoutMs: 100 }).scan(1_000_000)).rejects.toThrow(RpcTimeoutError);
    await remote.next();

    expect(scanner.log).toEqual(["parked", "next"]);
  });

  it("when a deadline passes that its client does not see to", async () => {
    const { rigwire } = (await rawClient(server.url).ask({ event: "GET_INVENTORY" })) as {
      rigwire: { clock: number };
    };
    const params = { args: [1_000_000] };
    const request = { event: "METHOD_CALL", method: "scan", params, deadline: rigwire.clock + 300 };

    expect(await rawClient(server.url).ask(request)).toMatchObject({
      success: false,
      error: "scan was ended while it ran: the caller's deadline passed",
      reason: "late",
    });
    expect(scanner.log).toEqual(["parked"]);
  });

  it("by a method that interrupts, and its caller is told", async () => {
    const remote = connecting();
    const run = remote.scan(1_000_000);
    await firstValueFrom(run.progress$);
    expect(await remote.stop()).toBe("stopped");

    await expect(run).rejects.toThrow(InterruptedError);
    await expect(run).rejects.toThrow(/scan was ended while it ran: stop interrupted it/);
    expect(scanner.log).toEqual(["stopped", "parked"]);
  });

  it("when its server closes, which waits until it has cleared up", async () => {
    const run = connecting().scan(1_000_000);
    const failed = expect(run).rejects.toThrow("scan was ended while it ran: the server is closing");
    await firstValueFrom(run.progress$);
    await server.close();
    await failed;

    expect(scanner.log).toEqual(["parked"]);
  });

  it("never where its caller is gone and it is to run to its end", async () => {
    const remote = connecting();
    const run = remote.finish();
    const failed = expect(run).rejects.toThrow(ConnectionLostError);
    await firstValueFrom(run.progress$);
    await clientOf(remote).close();
    await failed;
    await eventually("it has come to its end", () => scanner.log.length === 1);

    expect(scanner.log).toEqual(["finished"]);
  });

  it("while it waits, where it heeds its signal", async () => {
    const remote = connecting();
    const run = remote.waitForLight();
    await firstValueFrom(run.progress$);
    run.cancel();
    await expect(run).rejects.toThrow(/was aborted/);
    await remote.next();

    expect(scanner.log).toEqual(["parked", "next"]);
  });
});

describe("a method that yields after it was told to end", () => {
  it("clears up to its end, and is told of in the log", async () => {
    const remote = connecting();
    const run = remote.sayGoodbye();
    await firstValueFrom(run.progress$);
    run.cancel();
    await expect(run).rejects.toThrow(/was aborted/);
    await remote.next();

    expect(scanner.log).toEqual(["parked", "next"]);
    expect(logger.lines.filter((line) => line.includes("Scanner.sayGoodbye"))).toEqual([
      expect.stringMatching(/^warn: Scanner\.sayGoodbye was told to end and goes on: a finally that yields/),
    ]);
  });

  it("and never ends is left where it stands, and holds up nobody", async () => {
    const remote = connecting();
    const run = remote.goOn();
    await firstValueFrom(run.progress$);
    run.cancel();
    await expect(run).rejects.toThrow(/was aborted/);
    await remote.next();
    const { length } = scanner.log;
    await pause();

    expect(scanner.log.at(-1)).toBe("next");
    expect(scanner.log).toHaveLength(length);
    expect(logger.lines.at(-1)).toMatch(/^error: Scanner\.goOn was told to end, yielded again and again/);
  });
});
