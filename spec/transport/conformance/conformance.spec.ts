import { filter, firstValueFrom, lastValueFrom, take, toArray } from "rxjs";
import {
  CallAbortedError,
  clientOf,
  type ClientOptions,
  connect,
  ConnectionLostError,
  DeviceUnavailableError,
  type MissedSignals,
  type Remote,
  RemoteError,
  RpcTimeoutError,
  type RpcServer,
  serve,
  type ServeOptions,
  withOptions,
} from "../../../lib/index";
import { defaultLogger } from "../../../lib/log/logger";
import { type ClientIdentity, type RpcEndpoint } from "../../../lib/transport/endpoint";
import { openEndpoints } from "../../../lib/transport/combined-endpoint";
import { ReconnectingChannel } from "../../../lib/transport/reconnecting-channel";
import { type ChannelProtocol, type SimpleRequest } from "../../../lib/transport/rpc-channel";
import { SimpleCall } from "../../../lib/transport/simple-call";
import { decodeLocalRoadOffer } from "../../../lib/wire/local-road-offer";
import { decodeObject, isBytes, type ReceivedReply } from "../../../lib/wire/message";
import { platform } from "../../../lib/platform/current";
import { closing } from "../../support/closing";
import { eventually } from "../../support/eventually";
import { RecordingLogger } from "../../support/recording-logger";
import { ConformanceDevice } from "./conformance-device";
import { removeSockets, TRANSPORTS } from "./transports-under-test";

afterAll(removeSockets);

/** No device: what a transport itself knows. */
function plain(signalPort: number, features: readonly string[]): ChannelProtocol<null> {
  return {
    handshake: async () => null,
    announcement: () => ({ signalPort, features }),
    beginningOf: () => "",
    askSignalPort: async () => signalPort,
    confirmSubscriptions: async () => undefined,
  };
}

/** A request that hears what comes before its reply. */
class ListeningCall extends SimpleCall {
  constructor(
    request: SimpleRequest,
    succeed: (frames: ReceivedReply) => void,
    reject: (error: unknown) => void,
    private readonly heard: string[],
  ) {
    super(request, succeed, reject);
  }

  protected override progressed([body]: ReceivedReply): void {
    this.heard.push(Buffer.from(body as Uint8Array).toString());
  }
}

/** What every transport must do, whatever it is made of. A new one is done when this passes over it. */
describe.each(TRANSPORTS)("over $name", ({ freshUrl, install, road, isShared, ...given }) => {
  const itWhereClientsAreTold = isShared === true ? it.skip : it;
  let device: ConformanceDevice;
  let server: RpcServer;
  let uninstall: (() => void) | undefined;

  beforeAll(() => (uninstall = install?.()));
  afterAll(() => uninstall?.());

  async function serving(url = freshUrl(), options: ServeOptions = {}): Promise<void> {
    device = new ConformanceDevice();
    server = closing(
      await serve(device, {
        url,
        closeGraceMs: 100,
        logger: new RecordingLogger(),
        ...given.serving,
        ...options,
      }),
    );
  }

  function connecting(options?: ClientOptions): Remote<ConformanceDevice> {
    const remote = connect(ConformanceDevice, server.url, {
      logger: new RecordingLogger(),
      ...given.connecting,
      ...options,
    });
    closing(clientOf(remote));
    return remote;
  }

  it("is what a client is connected over, under the URL that the server is known by", async () => {
    await serving();
    const remote = connecting();
    await remote.echo("connected");
    const state = await firstValueFrom(clientOf(remote).state$);

    expect(state).toMatchObject({ kind: "connected", url: server.url });
    expect(state).toEqual(
      road === undefined ? expect.not.objectContaining({ road: "local" }) : expect.objectContaining({ road }),
    );
  });

  it("leads to what the device counted, with who is connected and the bytes that came and went", async () => {
    await serving();
    const remote = connecting();
    await Promise.all(["one", "two", "three"].map((text) => remote.echo(text)));
    const heard = firstValueFrom(remote.ticked);
    await remote.echo("listening");
    device.ticked.next(1);
    await heard;
    const { connections, members, signals } = await clientOf(remote).stats();
    const echo = members.find(({ member }) => member === "echo");

    expect(connections).toBe(1);
    expect(echo).toMatchObject({ use: "call", calls: 4, failures: 0, waiting: 0, running: 0 });
    expect(echo?.run.count).toBe(4);
    // What is written of each by itself, at least.
    expect(echo?.bytesIn).toBeGreaterThan(4 * '{"event":"METHOD_CALL"}'.length);
    expect(echo?.bytesOut).toBeGreaterThanOrEqual(4 * '{"success":true,"result":"one"}'.length);
    expect(signals).toContainEqual({ signal: "ticked", emitted: 1, sent: 1, missed: 0 });
  });

  describe("replies", () => {
    beforeEach(() => serving());

    it("find the calls that they belong to, in whatever order they come", async () => {
      const remote = connecting();
      const turns = Array.from({ length: 60 }, (_, index) => (index * 37) % 60);

      expect(await Promise.all(turns.map((each) => remote.echoLater(each)))).toEqual(turns);
    });

    it("go to the client that asked", async () => {
      const remotes = Array.from({ length: 5 }, () => connecting());
      const answers = remotes.map((remote, index) =>
        Promise.all([remote.echo(`a${index}`), remote.echo(`b${index}`)]),
      );

      expect(await Promise.all(answers)).toEqual(remotes.map((_, index) => [`a${index}`, `b${index}`]));
    });

    it("carry bytes and what describes them", async () => {
      const [data, info] = await connecting().bytes(1_000);

      expect(Buffer.isBuffer(data)).toBe(true);
      expect(data.equals(Buffer.alloc(1_000, 1_000 % 251))).toBe(true);
      expect(info).toEqual({ length: 1_000 });
    });

    it("carry values of properties", async () => {
      const remote = connecting();
      await remote.level.set(7);

      expect([device.level, await remote.level.get()]).toEqual([7, 7]);
    });

    it("are as large as the limits allow, and empty", async () => {
      const remote = connecting();
      const [large] = await remote.bytes(20_000_000);
      const [empty] = await remote.bytes(0);

      expect(large.equals(Buffer.alloc(20_000_000, 20_000_000 % 251))).toBe(true);
      expect(empty.length).toBe(0);
    });

    it("all arrive though they are many and large, and hold up nobody else", async () => {
      const greedy = connecting();
      const light = connecting();
      const large = Array.from({ length: 150 }, () => greedy.bytes(256 * 1024));
      const quick = light.echo("quick");

      expect(await quick).toBe("quick");
      const lengths = (await Promise.all(large)).map(([{ length }]) => length);
      expect(lengths).toEqual(large.map(() => 256 * 1024));
    });
  });

  describe("limits", () => {
    it("of a server are named to a client that would send more, and harm nothing", async () => {
      await serving(freshUrl(), { maxMessageBytes: 300_000 });
      const remote = connecting();

      await expect(remote.echo("x".repeat(300_000))).rejects.toThrow(/maxMessageBytes/);
      expect(await remote.echo("small")).toBe("small");
    });

    it("of a client are kept by the server", async () => {
      await serving();
      const remote = connecting({ maxMessageBytes: 300_000 });

      await expect(remote.bytes(300_001)).rejects.toThrow(RemoteError);
      expect((await remote.bytes(1_000))[0].length).toBe(1_000);
    });
  });

  describe("calls", () => {
    beforeEach(() => serving());

    it("are begun in the order in which they were made", async () => {
      const remote = connecting();
      const names = Array.from({ length: 200 }, (_, index) => `move ${index}`);
      await Promise.all(names.map((name) => remote.move(name)));

      expect(device.begun).toEqual(names);
    });

    it("that are given up are told to end", async () => {
      const remote = connecting();
      const giving = new AbortController();
      const held = withOptions(remote, { signal: giving.signal }).hold("held");
      held.catch(() => undefined);
      await eventually("it runs", () => device.begun.includes("held"));
      giving.abort();

      await expect(held).rejects.toThrow(CallAbortedError);
      await eventually("it is told", () => device.aborted.length === 1);
      expect(device.aborted).toEqual(["the caller gave it up"]);
    });

    it("that are given up while they wait are never begun", async () => {
      const remote = connecting();
      const held = remote.hold("held");
      await eventually("it runs", () => device.begun.includes("held"));
      const giving = new AbortController();
      const waiting = withOptions(remote, { signal: giving.signal }).move("given up");
      // Behind it on the same connection: when this is answered, the one before it is there.
      await remote.echo("after");
      giving.abort();
      await expect(waiting).rejects.toThrow(CallAbortedError);
      await remote.echo("after the cancel");
      device.release();
      await held;

      expect(await remote.move("next")).toBe("next");
      expect(device.begun).not.toContain("given up");
    });

    it("are never begun after their deadline", async () => {
      const remote = connecting();
      const held = remote.hold("held");
      await eventually("it runs", () => device.begun.includes("held"));
      await expect(withOptions(remote, { timeoutMs: 100 }).move("late")).rejects.toThrow(RpcTimeoutError);
      device.release();
      await held;

      expect(await remote.move("next")).toBe("next");
      expect(device.begun).not.toContain("late");
    });
  });

  describe("progress", () => {
    beforeEach(() => serving());

    it("arrives in order, and before the result", async () => {
      const counts: number[] = [];
      const events: unknown[] = [];
      const run = connecting().countOn(2, 20);
      run.progress$.subscribe({
        next: (count) => counts.push(count),
        complete: () => events.push(...counts, "end"),
      });
      events.push(await run);

      expect(events).toEqual([...counts, "end", "counted"]);
      expect(counts).toEqual([...counts].sort((a, b) => a - b));
      expect([counts.at(-1), counts.length + run.skipped]).toEqual([20, 20]);
    });

    it("arrives at the calls that it belongs to, also of calls that leave together", async () => {
      const remote = connecting();
      await remote.echo("connected");
      const runs = [3, 5, 7].map((times) => remote.countOn(1, times));
      const last = runs.map((run) => lastValueFrom(run.progress$));
      await Promise.all(runs);

      expect(await Promise.all(last)).toEqual([3, 5, 7]);
    });

    it("is the newest where there is more than can be sent, with the count of what is left out", async () => {
      const seen: number[] = [];
      const run = connecting().count(5_000);
      run.progress$.subscribe((count) => seen.push(count));

      expect(await run).toBe("counted");
      expect(seen.at(-1)).toBe(5_000);
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
      expect(run.skipped).toBeGreaterThan(0);
      expect(seen.length + run.skipped).toBe(5_000);
    });

    it("is sent to nobody who did not ask for it", async () => {
      const { inventory } = await connectedState();
      const channel = closing(
        new ReconnectingChannel(
          async () => server.url,
          plain(inventory.rigwire?.signalPort ?? 0, []),
          given.connecting,
        ),
      );
      const ask = async (further: object) => {
        const params = { args: [3], kwargs: {} };
        const body = JSON.stringify({ event: "METHOD_CALL", method: "count", params, ...further });
        const heard: string[] = [];
        await new Promise<unknown>((resolve, reject) =>
          channel.send(new ListeningCall({ place: {}, timeoutMs: 5_000, body }, resolve, reject, heard)),
        );
        return heard;
      };

      expect(await ask({})).toEqual([]);
      expect((await ask({ progress: true })).at(-1)).toBe('{"event":"PROGRESS","seq":3,"value":3}');
    });

    it("ends where the call is given up: the method clears up, and the next one begins", async () => {
      const remote = connecting();
      const run = remote.countOn(1, 1_000_000);
      await firstValueFrom(run.progress$);
      run.cancel("enough");
      await expect(run).rejects.toThrow(CallAbortedError);

      expect(await remote.move("next")).toBe("next");
      expect([device.ended, device.begun]).toEqual([["countOn"], ["countOn", "next"]]);
    });

    it("ends where the caller is gone", async () => {
      const remote = connecting();
      const run = remote.countOn(1, 1_000_000);
      const failed = expect(run).rejects.toThrow(ConnectionLostError);
      await firstValueFrom(run.progress$);
      await clientOf(remote).close();
      await failed;
      await eventually("the method has cleared up", () => device.ended.length === 1);

      expect(await connecting().move("next")).toBe("next");
    });

    it("renews the time of a call that may only be silent for so long", async () => {
      const remote = withOptions(connecting(), { timeoutMs: { idle: 400 } });

      expect(await remote.countOn(50, 20)).toBe("counted");
      await expect(remote.countOn(10_000, 1)).rejects.toThrow(/told no progress for 400 ms/);
    });
  });

  async function connectedState() {
    const client = clientOf(connecting());
    return { inventory: await client.inventory() };
  }

  describe("a connection that is lost", () => {
    beforeEach(() => serving());

    it("ends what is under way at once, and does not send it again", async () => {
      const remote = connecting();
      const failed = expect(remote.stuck("stuck")).rejects.toThrow(ConnectionLostError);
      await eventually("it runs", () => device.begun.includes("stuck"));
      const { url } = server;
      await server.close();
      await failed;
      await serving(url);

      expect(await remote.move("next")).toBe("next");
      expect(device.begun).toEqual(["next"]);
    });

    it("is told, and made again by itself", async () => {
      const remote = connecting();
      const states: string[] = [];
      clientOf(remote).state$.subscribe(({ kind }) => states.push(kind));
      await remote.echo("first");
      const { url } = server;
      await server.close();
      await eventually("the loss is told", () => states.at(-1) === "connecting");
      await serving(url);
      await remote.echo("second");

      expect(states.filter((kind) => kind === "connected")).toHaveLength(2);
    });

    it("leaves a call that cannot be made with a word, in time", async () => {
      const remote = connecting();
      await remote.echo("first");
      await server.close();
      await firstValueFrom(clientOf(remote).state$.pipe(filter(({ kind }) => kind === "connecting")));

      await expect(withOptions(remote, { timeoutMs: 300 }).echo("second")).rejects.toThrow(
        DeviceUnavailableError,
      );
    });
  });

  describe("signals", () => {
    beforeEach(() => serving());

    it("of a call arrive at whoever subscribed before it, once for each subscriber", async () => {
      const remote = connecting();
      const first = firstValueFrom(remote.ticked.pipe(take(3), toArray()));
      const second = firstValueFrom(remote.ticked.pipe(take(3), toArray()));
      for (const tick of [1, 2, 3]) await remote.tickAndSay(tick);

      expect(await Promise.all([first, second])).toEqual([
        [1, 2, 3],
        [1, 2, 3],
      ]);
    });

    it("reach every client that subscribed, and nobody else", async () => {
      const [listener, other, caller] = [connecting(), connecting(), connecting()];
      const heard: number[] = [];
      const told: string[] = [];
      listener.ticked.subscribe((tick) => heard.push(tick));
      other.told.subscribe((text) => told.push(text));
      await Promise.all([listener.echo("subscribed"), other.echo("subscribed")]);
      await caller.tickAndSay(1);
      await eventually("both heard", () => heard.length === 1 && told.length === 1);

      expect([heard, told]).toEqual([[1], ["not asked for"]]);
    });

    it("come no more when nobody is subscribed any more, and again when somebody is", async () => {
      const remote = connecting();
      const heard: number[] = [];
      const subscription = remote.ticked.subscribe((tick) => heard.push(tick));
      await remote.tickAndSay(1);
      await eventually("the first is heard", () => heard.length === 1);
      subscription.unsubscribe();
      await remote.tickAndSay(2);
      const again = firstValueFrom(remote.ticked);
      await remote.tickAndSay(3);

      expect([await again, heard]).toEqual([3, [1]]);
    });

    it("that were missed are counted and told", async () => {
      const remote = connecting();
      const missed: MissedSignals[] = [];
      clientOf(remote).missed$.subscribe((each) => missed.push(each));
      remote.ticked.subscribe();
      await remote.tickAndSay(1);
      const { url } = server;
      await server.close();
      await firstValueFrom(clientOf(remote).state$.pipe(filter(({ kind }) => kind === "connecting")));
      await serving(url);
      for (const tick of [2, 3, 4]) device.ticked.next(tick);
      await remote.echo("connected again");
      await eventually("the gap is told", () => missed.length === 1);

      expect(missed).toEqual([{ signal: "ticked", count: 3, restarted: true }]);
    });
  });

  describe("clients that go", () => {
    /** It also leads to the local road, as a device does. */
    const LOCAL_ROAD = "LOCAL_ROAD";
    const leading = (endpoint: RpcEndpoint): ChannelProtocol<null> => ({
      ...plain(endpoint.signalPort, endpoint.features),
      askLocalRoad: async (_peer, ask) => {
        const reply = await ask(LOCAL_ROAD, LOCAL_ROAD);
        return decodeLocalRoadOffer(decodeObject(reply[0] ?? {}));
      },
    });

    itWhereClientsAreTold("are told by name, those for whom something is done", async () => {
      const asked: ClientIdentity[] = [];
      const endpoint: RpcEndpoint = closing(
        (
          await openEndpoints(
            [freshUrl()],
            {
              handle: (request) => {
                const { client, body } = request;
                if (isBytes(body) && platform().textOf(body) === LOCAL_ROAD) {
                  request.reply([JSON.stringify(endpoint.offerLocalRoad?.(client) ?? {})]);
                  return;
                }
                asked.push(client);
                request.reply(["{}"]);
              },
              attended: () => asked,
            },
            given.serving ?? {},
            defaultLogger(),
          )
        ).endpoint,
      );
      const departed: string[] = [];
      endpoint.departed$.subscribe(({ id }) => departed.push(id));
      const [going, staying] = [1, 2].map(() =>
        closing(new ReconnectingChannel(async () => endpoint.url, leading(endpoint), given.connecting)),
      );
      for (const channel of [going, staying])
        await channel!.request({ place: {}, timeoutMs: 5_000, body: "{}" });
      expect(departed).toEqual([]);
      await going!.close();
      await eventually("it is told", () => departed.length > 0);
      await staying!.request({ place: {}, timeoutMs: 5_000, body: "{}" });

      expect(departed).toEqual([asked[0]!.id]);
    });

    itWhereClientsAreTold(
      "keep one identity for as long as they are connected, and have one of their own",
      async () => {
        const ids: string[] = [];
        await serving(freshUrl(), {
          interceptors: [
            (next) => (request) => {
              ids.push(request.context.client.id);
              return next(request);
            },
          ],
        });
        const [first, second] = [connecting(), connecting()];
        await first.echo("1");
        await second.echo("2");
        await first.level.get();

        expect(ids[2]).toBe(ids[0]);
        expect(ids[1]).not.toBe(ids[0]);
      },
    );
  });

  describe("closing", () => {
    beforeEach(() => serving());

    it("lets the replies that are ready out", async () => {
      const remote = connecting();
      await remote.echo("connected");
      const held = remote.hold("held");
      await eventually("it runs", () => device.begun.includes("held"));
      const closed = server.close();
      device.release();

      expect(await held).toBe("held");
      await closed;
    });

    it("is idempotent on both sides, and frees the address", async () => {
      const remote = connecting();
      await remote.echo("connected");
      await Promise.all([server.close(), server.close()]);
      await Promise.all([clientOf(remote).close(), clientOf(remote).close()]);
      await serving(server.url);

      expect(await connecting().echo("again")).toBe("again");
    });

    it("of a client ends its calls with an error", async () => {
      const remote = connecting();
      const held = remote.hold("held");
      await eventually("it runs", () => device.begun.includes("held"));
      const failed = expect(held).rejects.toThrow(ConnectionLostError);
      await clientOf(remote).close();
      await failed;

      await expect(remote.echo("late")).rejects.toThrow(DeviceUnavailableError);
    });
  });
});
