import { firstValueFrom, toArray } from "rxjs";
import { Any, clientOf, connect, JsonMethod, type Remote, RpcService, serve, setOf } from "rigwire";
import { closing } from "../support/closing";
import { rawDealer } from "../support/raw-client";
import { RecordingLogger } from "../support/recording-logger";

@RpcService()
class Careless {
  @JsonMethod({ progress: Number })
  async *wrong(): AsyncGenerator<unknown, string> {
    yield 1;
    await turn();
    yield "two";
    yield { three: 3 };
    await turn();
    yield 4;
    return "done";
  }

  @JsonMethod({ progress: Any })
  async *unsendable(): AsyncGenerator<unknown, string> {
    yield { data: new Map() };
    return "done";
  }

  @JsonMethod({ progress: String })
  async *large(): AsyncGenerator<string, string> {
    yield "x".repeat(64 * 1024);
    return "done";
  }

  /** Says nothing of the type. */
  @JsonMethod()
  async *anything(): AsyncGenerator<unknown, string> {
    yield { at: 1, of: 2 };
    return "done";
  }

  @JsonMethod({ progress: setOf(Number) })
  async *sets(): AsyncGenerator<Set<number>, string> {
    yield new Set([1, 2]);
    return "done";
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

let logger: RecordingLogger;
let remote: Remote<Careless>;
let url: string;

beforeEach(async () => {
  logger = new RecordingLogger();
  const server = closing(await serve(new Careless(), { logger }));
  ({ url } = server);
  remote = connect(Careless, url, { logger });
  closing(clientOf(remote));
});

function ofProgress(): string[] {
  return logger.lines.filter((line) => line.includes("progress"));
}

describe("what a method tells", () => {
  it("is not sent where it is not of the declared type: it is logged, once a call, and counted as left out", async () => {
    const run = remote.wrong();
    const told = firstValueFrom(run.progress$.pipe(toArray()));

    expect([await run, await told, run.skipped]).toEqual(["done", [1, 4], 2]);
    expect(ofProgress()).toEqual([
      'error: Careless.wrong told a progress that could not be sent: progress: expected number, got "two"',
    ]);
  });

  it("is not sent where JSON cannot carry it", async () => {
    expect(await remote.unsendable()).toBe("done");
    expect(ofProgress()).toEqual([
      expect.stringMatching(/^error: Careless\.unsendable told a progress .*progress\.data/),
    ]);
  });

  it("is not sent where it is larger than a progress may be", async () => {
    expect(await remote.large()).toBe("done");
    expect(ofProgress()).toEqual([
      expect.stringMatching(/^error: Careless\.large .* 65575 bytes is more than the 65535/),
    ]);
  });

  it("is any JSON value where nothing is declared", async () => {
    const run = remote.anything();
    const told = firstValueFrom(run.progress$);

    expect([await run, await told]).toEqual(["done", { at: 1, of: 2 }]);
  });

  it("arrives as the type that is declared", async () => {
    const run = remote.sets();
    const told = firstValueFrom(run.progress$);

    expect([await run, await told]).toEqual(["done", new Set([1, 2])]);
  });

  it("is not looked at where nobody wants to know", async () => {
    const dealer = rawDealer(url);
    await dealer.request("7", { event: "METHOD_CALL", method: "wrong", params: {} });

    expect(await dealer.replies(1)).toEqual([{ id: "7", reply: { success: true, result: "done" } }]);
    expect(ofProgress()).toEqual([]);
  });

  it("is sent under the id of the request, before its reply, and to no request without an id", async () => {
    const dealer = rawDealer(url);
    const request = { event: "METHOD_CALL", method: "anything", params: {}, progress: true };
    await dealer.request("7", request);

    expect(await dealer.replies(2)).toEqual([
      { id: "7", reply: { event: "PROGRESS", seq: 1, value: { at: 1, of: 2 } } },
      { id: "7", reply: { success: true, result: "done" } },
    ]);
    await dealer.send("", JSON.stringify(request));
    const [, body] = await dealer.receive();
    expect(JSON.parse(body!.toString())).toEqual({ success: true, result: "done" });
  });
});
