import { defer, type Observable, Subject } from "rxjs";
import {
  CallAbortedError,
  type ClientInterceptor,
  clientOf,
  connect,
  RpcService,
  serve,
  type ServeOptions,
  type ServerInterceptor,
  StreamMethod,
  ValidationError,
  withOptions,
} from "rigwire";
import { memoryUrl } from "../../lib/testing";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";

@RpcService()
class Stage {
  readonly values = new Subject<string>();
  opened = 0;

  @StreamMethod(Number)
  async *count(): AsyncIterable<number> {
    yield 1;
    yield 2;
  }

  @StreamMethod(String)
  live(): Observable<string> {
    return defer(() => {
      this.opened += 1;
      return this.values;
    });
  }
}

async function served(options: ServeOptions = {}, interceptors: ClientInterceptor[] = []) {
  const device = new Stage();
  const logger = new RecordingLogger();
  const server = closing(await serve(device, { url: memoryUrl(), logger, ...options }));
  const remote = connect(Stage, server.url, { logger, interceptors });
  closing(clientOf(remote));
  return { device, remote };
}

async function endOf(stream: AsyncIterable<unknown>): Promise<{ items: unknown[]; error: unknown }> {
  const items: unknown[] = [];
  try {
    for await (const item of stream) items.push(item);
    return { items, error: undefined };
  } catch (error) {
    return { items, error };
  }
}

describe("a stream", () => {
  it("is one request to the interceptors of both sides, from its opening to its end", async () => {
    const seen: string[] = [];
    const onServer: ServerInterceptor = (next) => async (request) => {
      seen.push(`server: ${request.member} begins`);
      await next(request);
      seen.push(`server: ${request.member} has ended`);
    };
    const onClient: ClientInterceptor = (next) => async (request) => {
      seen.push(`client: ${request.member} begins`);
      return next(request);
    };
    const { remote } = await served({ interceptors: [onServer] }, [onClient]);

    expect((await endOf(remote.count())).items).toEqual([1, 2]);
    await eventually("the end is seen", () => seen.length === 3);
    expect(seen).toEqual(["client: count begins", "server: count begins", "server: count has ended"]);
  });

  it("is not opened where an interceptor refuses it", async () => {
    const refusing: ServerInterceptor = () => () => Promise.reject(new ValidationError("not today"));
    const { remote } = await served({ interceptors: [refusing] });

    expect((await endOf(remote.count())).error).toMatchObject({
      message: expect.stringMatching(/not today$/) as string,
    });
  });

  it("fails where all streams together keep too much, and says which bound it was", async () => {
    const { device, remote } = await served({ maxStreamBytes: 50_000 });
    const readers = [1, 2].map(() => remote.live().every({ window: 1 })[Symbol.asyncIterator]());
    const first = readers.map((reader) => reader.next());
    await eventually("both are open", () => device.opened === 2);
    for (let count = 0; count < 10; count++) device.values.next("x".repeat(10_000));
    await Promise.all(first);

    const errors = await Promise.all(
      readers.map(async (reader) => (await endOf({ [Symbol.asyncIterator]: () => reader })).error),
    );
    expect(errors.map(String).join("\n")).toMatch(/more than 50000 bytes wait.*maxStreamBytes/);
    expect(device.values.observed).toBe(false);
  });

  it("ends with the caller's signal", async () => {
    const { device, remote } = await served();
    const giving = new AbortController();
    const reading = endOf(withOptions(remote, { signal: giving.signal }).live());
    await eventually("it is open", () => device.values.observed);
    giving.abort("enough");

    expect((await reading).error).toBeInstanceOf(CallAbortedError);
    await eventually("the source has ended", () => !device.values.observed);
  });
});
