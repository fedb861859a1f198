import { firstValueFrom, type Observable, take, timeout, toArray } from "rxjs";
import {
  clientOf,
  type ClientOptions,
  connect,
  ContractError,
  JsonMethod,
  type Remote,
  remote,
  RemoteError,
  RpcService,
  RpcTimeoutError,
  withOptions,
} from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { OriginalDevice } from "./original-device";
import { describeWithPython, type PythonPeer } from "./python-peer";

describeWithPython(["zmq"], "an original server", (python) => {
  let server: PythonPeer;
  let url: string;
  let camera: Remote<OriginalDevice>;

  beforeEach(async () => {
    server = python.start("original_server.py");
    url = (await server.next()) as string;
    camera = newClient();
  });

  function newClient(options?: ClientOptions): Remote<OriginalDevice> {
    const device = connect(OriginalDevice, url, options);
    closing(clientOf(device));
    return device;
  }

  /** How often each event was asked and each method run. */
  async function asked(): Promise<Readonly<Record<string, number>>> {
    return (await server.ask({})) as Record<string, number>;
  }

  it("answers calls with values of any kind", async () => {
    expect(await camera.echo("é 🌿", 2)).toBe("Echo: é 🌿Echo: é 🌿");
    expect(await camera.nothing()).toBeNull();
    expect(await camera.numbers()).toEqual({
      nan: NaN,
      infinities: [Infinity, -Infinity],
      big: 1763633000123456789n,
      negative: -(2n ** 63n),
      text: "NaN é 🌿",
    });
  });

  it("gets arguments by name where it takes them in no other way", async () => {
    expect(await camera.byName(5, undefined, "fast")).toEqual([5, 1, "fast", 2]);
    expect(await camera.byName(undefined, 7, "fast", 3)).toEqual([0, 7, "fast", 3]);
    expect(await clientOf(camera).call("by_name", [5], { mode: "slow" })).toEqual([5, 1, "slow", 2]);
    const untyped = await connect<{ by_name(first: number): Promise<unknown> }>(url);
    closing(clientOf(untyped));
    expect(await clientOf(untyped).call("by_name", [], { mode: "slow", second: 9 })).toEqual([
      0,
      9,
      "slow",
      2,
    ]);
    await expect(untyped.by_name(5)).rejects.toThrow("mode");
  });

  it.each([
    [NaN, "nan"],
    [[-Infinity, 0.1, 3], "[-inf, 0.1, 3]"],
    [2n ** 64n + 1n, "18446744073709551617"],
    [{ deep: [{ big: 2n ** 53n, bad: NaN }] }, "{'deep': [{'big': 9007199254740992, 'bad': nan}]}"],
    ["NaN é 🌿", "'NaN é 🌿'"],
    [[null, true, ""], "[None, True, '']"],
  ])("understands the argument %p as it was meant", async (value, understood) => {
    expect(await camera.understood(value)).toBe(understood);
    expect(await camera.mirror(value)).toEqual(value);
  });

  it("gives buffers, with an info object that may even name an error", async () => {
    expect(await camera.get_image(true)).toEqual([
      Buffer.from([0xff, 0xd8, 1]),
      { format: "jpeg", lores: true, error: null },
    ]);
    expect(await camera.empty_image()).toEqual([Buffer.alloc(0), { size: [0, 0] }]);
  });

  it("tells what its methods raise, with Python's traceback", async () => {
    const error = await camera.boom().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({
      message: "cam.boom: bad thing",
      remoteMessage: "bad thing",
      traceback: expect.stringContaining("ValueError: bad thing"),
    });
    await expect(camera.bad_image()).rejects.toMatchObject({ remoteMessage: "shutter stuck" });
    await expect(camera.fixed.get()).resolves.toBe(7);
  });

  it("has its properties read and set, and tells changes through their signal", async () => {
    const modes = firstValueFrom(camera.mode.changes$.pipe(take(2), toArray()));
    // The first value comes with the subscription.
    await firstValueFrom(camera.mode.changes$);
    await camera.mode.set("VIDEO");

    expect(await modes).toEqual(["STILL", "VIDEO"]);
    expect(await camera.mode.get()).toBe("VIDEO");
  });

  it("is used without a contract", async () => {
    const device = await connect<OriginalDevice>(url);
    closing(clientOf(device));
    const modes = firstValueFrom(device.modeChanged);

    await device.mode.set("VIDEO");

    expect(await modes).toBe("VIDEO");
    expect(await device.echo("x")).toBe("Echo: x");
  });

  it("that lacks what the contract promises is told at the first use", async () => {
    const device = connect(ZoomingDevice, url);
    closing(clientOf(device));

    await expect(device.zoom()).rejects.toThrow(ContractError);
    await expect(device.zoom()).rejects.toThrow(
      "cam.zoom: the device has no json method zoom: it may be of another version than the contract",
    );
    expect(await asked()).not.toHaveProperty("zoom");
  });

  it("matches replies to calls when several are in flight", async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        index % 10 === 0 ? camera.slow(5, `${index}`) : camera.echo(`${index}`),
      ),
    );

    expect(answers).toEqual(
      Array.from({ length: 50 }, (_, index) => (index % 10 === 0 ? `${index}` : `Echo: ${index}`)),
    );
  });

  it("that answers too late has its reply dropped: the next call gets its own", async () => {
    const late = withOptions(camera, { timeoutMs: 60 }).slow(150, "late");
    await expect(late).rejects.toThrow(RpcTimeoutError);

    expect(await camera.echo("next")).toBe("Echo: next");
    expect(await camera.slow(0, "and the next")).toBe("and the next");
    expect(await asked()).toMatchObject({ slow: 2, GET_INVENTORY: 1 });
  });

  it("is asked for its inventory once, and for signals only when something is subscribed", async () => {
    await Promise.all([camera.echo("a"), camera.nothing(), camera.mode.get()]);

    expect(await asked()).toEqual({ GET_INVENTORY: 1, METHOD_CALL: 2, echo: 1, nothing: 1, PROPERTY_GET: 1 });
  });

  it("is asked for signals at most once a connection", async () => {
    const distances = collect(camera.moved);
    const modes = collect(camera.modeChanged);
    await camera.move(1);
    await eventually("the signal arrives", () => distances.values.length > 0);
    modes.subscription.unsubscribe();
    distances.subscription.unsubscribe();
    const again = collect(camera.moved);
    const stops = collect(camera.stopped);
    await camera.move(2);
    await eventually("the signal arrives", () => again.values.length > 0);

    expect(distances.values).toEqual([[1, [1, 2]]]);
    expect(again.values).toEqual([[2, [1, 2]]]);
    expect(stops.values).toEqual([]);
    expect(await asked()).toMatchObject({ INIT_SIGNALS_HANDLING: 1 });
  });

  it("has its signals heard in order, with Python's spaces and without numbers", async () => {
    const heard = firstValueFrom(camera.moved.pipe(take(4), toArray()));
    const stopped = firstValueFrom(camera.stopped);
    const missed = collect(clientOf(camera).missed$);
    await camera.echo("subscribed");

    for (const distance of [1, 2.5, 3]) await server.ask({ emit: "moved", args: [distance, [1, 2]] });
    await server.ask({
      publish: '{"event": "EMIT_SIGNAL", "signal": "moved", "args": [NaN, [3, 4]], "blocking": false}',
    });
    await server.ask({ emit: "stopped", args: [] });

    expect(await heard).toEqual([
      [1, [1, 2]],
      [2.5, [1, 2]],
      [3, [1, 2]],
      [NaN, [3, 4]],
    ]);
    await stopped;
    expect(missed.values).toEqual([]);
  });

  it("that publishes rubbish loses nothing else", async () => {
    const warnings: string[] = [];
    const log = (_: object, message: string) => void warnings.push(message);
    camera = newClient({ logger: { debug: log, info: log, warn: log, error: log } });
    const modes = firstValueFrom(camera.modeChanged);
    await camera.echo("subscribed");

    await server.ask({ publish: "no JSON" });
    await server.ask({ publish: '{"event": "EMIT_SIGNAL", "signal": "modeChanged", "args": {}}' });
    await server.ask({ emit: "modeChanged", args: [] });
    await server.ask({ emit: "modeChanged", args: ["VIDEO"] });

    expect(await modes).toBe("VIDEO");
    // Two that cannot be read are one burst, one that does not fit is another.
    expect(warnings).toEqual([
      expect.stringContaining("a signal could not be read"),
      expect.stringContaining("signal modeChanged does not fit its declaration"),
    ]);
  });

  it("that is busy for longer than a handshake may take keeps its connection and its call", async () => {
    camera = newClient({ handshakeTimeoutMs: 100 });
    await camera.echo("connected");
    const states = collect(clientOf(camera).state$);
    const slow = camera.slow(400, "done");

    const moved = firstValueFrom(camera.moved);
    const move = camera.move(3);

    expect(await slow).toBe("done");
    expect(await move).toBe(3);
    expect(await moved).toEqual([3, [1, 2]]);
    expect(states.values.map(({ kind }) => kind)).toEqual(["connected"]);
    expect(await asked()).toMatchObject({ INIT_SIGNALS_HANDLING: 1, slow: 1, move: 1 });
  });

  it("that is still busy after a call was given up keeps its connection", async () => {
    camera = newClient({ handshakeTimeoutMs: 100 });
    await expect(withOptions(camera, { timeoutMs: 50 }).slow(400, "late")).rejects.toThrow(RpcTimeoutError);
    const states = collect(clientOf(camera).state$);

    const moved = firstValueFrom(camera.moved);
    await camera.move(3);

    expect(await moved).toEqual([3, [1, 2]]);
    expect(states.values.map(({ kind }) => kind)).toEqual(["connected"]);
  });

  it("serves two clients at once", async () => {
    const other = newClient();
    const numbers = Array.from({ length: 30 }, (_, index) => `${index}`);

    const answers = await Promise.all([
      ...numbers.map((number) => camera.echo(number)),
      ...numbers.map((number) => other.echo(number, 2)),
    ]);

    expect(answers).toEqual([
      ...numbers.map((number) => `Echo: ${number}`),
      ...numbers.map((number) => `Echo: ${number}`.repeat(2)),
    ]);
  });

  it("tells both of two clients its signals", async () => {
    const both = [camera, newClient()];
    const heard = both.map((device) => firstValueFrom(device.moved));
    await Promise.all(both.map((device) => device.echo("subscribed")));

    await camera.move(5);

    expect(await Promise.all(heard)).toEqual([
      [5, [1, 2]],
      [5, [1, 2]],
    ]);
    expect(await asked()).toMatchObject({ INIT_SIGNALS_HANDLING: 2, GET_INVENTORY: expect.any(Number) });
  });

  it("that is subscribed to and then called is heard during that call", async () => {
    for (let round = 0; round < 10; round++) {
      const device = newClient();
      const heard = firstValueFrom(device.moved.pipe(timeout(5_000)));
      await device.move(round);
      expect(await heard).toEqual([round, [1, 2]]);
      await clientOf(device).close();
    }
  });
});

@RpcService()
abstract class ZoomingDevice extends OriginalDevice {
  @JsonMethod()
  zoom(): void {
    return remote();
  }
}

function collect<T>(observable: Observable<T>) {
  const values: T[] = [];
  return { values, subscription: observable.subscribe((value) => values.push(value)) };
}
