import {
  Arg,
  CallContext,
  clientOf,
  connect,
  JsonMethod,
  type Remote,
  RemoteError,
  RpcProperty,
  RpcService,
  serve,
  type ServeOptions,
  type ServerInterceptor,
  ValidationError,
  type ClientOptions,
} from "../../lib/index";
import { memoryUrl } from "../../lib/testing";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";

@RpcService()
class Valve {
  readonly callers: string[] = [];
  private opening = 0;

  @RpcProperty()
  get aperture(): number {
    this.callers.push(`get ${CallContext.current().client.id}`);
    return this.opening;
  }

  set aperture(value: number) {
    const { client, method } = CallContext.current();
    this.callers.push(`set ${method} ${client.id}`);
    this.opening = value;
  }

  @JsonMethod()
  pulse(@Arg("count") count: number): number {
    if (count < 0) throw new RangeError("it cannot pulse backwards");
    this.callers.push(`pulse ${CallContext.current().client.id}`);
    return count;
  }
}

describe("interceptors", () => {
  let valve: Valve;

  async function valveBehind(options: ServeOptions, clientOptions?: ClientOptions): Promise<Remote<Valve>> {
    valve = new Valve();
    const logger = new RecordingLogger();
    const server = closing(await serve(valve, { url: memoryUrl(), name: "valve", logger, ...options }));
    const remote = connect(Valve, server.url, { logger, ...clientOptions });
    closing(clientOf(remote));
    return remote;
  }

  it("of a server see calls, gets and sets alike, with who asks and until when", async () => {
    const seen: unknown[] = [];
    const look: ServerInterceptor = (next) => async (request) => {
      const { kind, member, args, context } = request;
      seen.push([kind, member, args, typeof context.deadline, context.receivedAt <= performance.now()]);
      return next(request);
    };
    const remote = await valveBehind({ interceptors: [look] });
    await remote.pulse(3);
    await remote.aperture.set(0.5);

    expect(await remote.aperture.get()).toBe(0.5);
    expect(seen).toEqual([
      ["call", "pulse", [3], "number", true],
      ["set", "aperture", [0.5], "number", true],
      ["get", "aperture", [], "undefined", true],
    ]);
  });

  it("of a server see the result, may change it, and stand in the order given", async () => {
    const times =
      (factor: number): ServerInterceptor =>
      (next) =>
      async (request) =>
        ((await next(request)) as number) * factor + 1;
    const remote = await valveBehind({ interceptors: [times(10), times(2)] });

    expect(await remote.pulse(3)).toBe((3 * 2 + 1) * 10 + 1);
  });

  it("of a server refuse by throwing; the device is not reached", async () => {
    const refuse: ServerInterceptor = () => () => Promise.reject(new ValidationError("not on Sundays"));
    const remote = await valveBehind({ interceptors: [refuse] });

    await expect(remote.pulse(3)).rejects.toThrow(ValidationError);
    await expect(remote.pulse(3)).rejects.toThrow("not on Sundays");
    expect(valve.callers).toEqual([]);
  });

  it("of a server see failures; the caller gets the device's own", async () => {
    const failures: string[] = [];
    const look: ServerInterceptor = (next) => async (request) => {
      try {
        return await next(request);
      } catch (error) {
        failures.push((error as Error).message);
        throw error;
      }
    };
    const remote = await valveBehind({ interceptors: [look] });
    const failed = await remote.pulse(-1).catch((error: unknown) => error as RemoteError);

    expect(failed).toBeInstanceOf(RemoteError);
    expect((failed as RemoteError).traceback).toContain("RangeError");
    expect(failures).toEqual(["it cannot pulse backwards"]);
  });

  it("of a client see and change what is sent", async () => {
    const seen: unknown[] = [];
    const remote = await valveBehind(
      {},
      {
        interceptors: [
          (next) => (request) => {
            seen.push([request.kind, request.device, request.member]);
            return next({ ...request, args: request.args.map((value) => Number(value) + 1) });
          },
        ],
      },
    );
    await remote.aperture.set(0.5);

    expect([await remote.pulse(3), await remote.aperture.get()]).toEqual([4, 1.5]);
    expect(seen.map((each) => (each as string[])[0])).toEqual(["set", "call", "get"]);
  });

  it("are not needed for a member to know its caller", async () => {
    const remote = await valveBehind({});
    await remote.aperture.set(1);
    await remote.aperture.get();
    await remote.pulse(1);
    const ids = valve.callers.map((caller) => caller.split(" ").at(-1));

    expect(valve.callers.map((caller) => caller.split(" ").slice(0, -1).join(" "))).toEqual([
      "set aperture",
      "get",
      "pulse",
    ]);
    expect(new Set(ids).size).toBe(1);
  });
});
