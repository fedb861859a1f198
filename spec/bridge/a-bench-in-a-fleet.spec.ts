import { clientOf, connect, DeviceList, type DeviceDirectory, RigApp, serve } from "rigwire";
import { firstValueFrom } from "rxjs";
import { type BridgeEvent, type BridgeOptions } from "../../lib/bridge/bridge-options";
import { FleetBridge } from "../../lib/bridge/fleet-bridge";
import { Fleet } from "../../lib/fleet/fleet";
import { RegistryModule } from "../../lib/di/registry-module";
import { Stage } from "../gateway/stage";
import { OriginalDevice } from "../interop/original-device";
import { describeWithPython } from "../interop/python-peer";
import { clientOf as registryClient, openRegistry, silent } from "../registry/loopback-registry";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { freePort } from "../support/free-port";
import { describeWithNats, NatsServer } from "../support/nats-server";
import { RecordingLogger } from "../support/recording-logger";

describeWithNats("a bench that a bridge brings to a fleet", () => {
  let nats: NatsServer;

  beforeAll(async () => {
    nats = await NatsServer.start();
  });
  afterAll(() => nats.close());

  const bridge = (directory: DeviceDirectory, options: BridgeOptions = {}, to = `${nats.url}/berlin`) => {
    const events: BridgeEvent[] = [];
    closing(new FleetBridge(directory, to, { logger: silent, ...options }, (event) => events.push(event)));
    const told = (...expected: readonly string[]) =>
      eventually(
        expected.join(", "),
        () => events.map(({ kind, name }) => `${kind} ${name}`).join() === expected.join(),
        12_000,
      );
    return { events, told };
  };
  const fleet = () => closing(new Fleet(nats.url, { logger: silent })).directory;
  const stageOf = (name = "stage-1") => {
    const stage = connect(Stage, `${nats.url}/berlin/${name}`, { timeoutMs: 8_000, logger: silent });
    closing(clientOf(stage));
    return stage;
  };
  /** A directory with one stage, which is served. */
  const bench = async (url = "tcp://127.0.0.1") => {
    const stage = new Stage();
    const server = closing(await serve(stage, { name: "stage-1", url, logger: silent }));
    return {
      stage,
      server,
      directory: new DeviceList([{ name: "stage-1", type: "stage", url: server.url }]),
    };
  };

  it("is called there, of a registry: results, failures, properties and signals", async () => {
    const registry = await openRegistry();
    const app = new RigApp({ logger: silent }).use(RegistryModule.connect(registry.url, { logger: silent }));
    await closing(app.serve(new Stage(), { name: "stage-1" })).start();
    const { events, told } = bridge(registry);
    await told("added berlin/stage-1");
    expect(events[0]).toEqual({
      kind: "added",
      name: "berlin/stage-1",
      type: "stage",
      from: app.servers[0]?.url,
    });

    expect(await fleet().find({ name: "berlin/stage-1" })).toMatchObject([
      {
        type: "stage",
        url: `${nats.url}/berlin/stage-1`,
        instance: app.servers[0]?.instance,
        isBridged: true,
      },
    ]);
    const stage = stageOf();
    expect(await stage.double(21)).toBe(42);
    await expect(stage.fail()).rejects.toThrow("the motor is blocked");
    const moved = firstValueFrom(stage.positionChanged);
    await clientOf(stage).inventory();
    await stage.position.set(7);
    expect(await moved).toBe(7);
    expect(await stage.position.get()).toBe(7);
    // Who closes takes its devices back everywhere.
    await app.close();
    await told("added berlin/stage-1", "removed berlin/stage-1");
    expect(await fleet().find({})).toEqual([]);
  });

  it("loses a device that is gone, and has it again when it is back", async () => {
    const url = `tcp://127.0.0.1:${await freePort()}`;
    const { server, directory } = await bench(url);
    const { told } = bridge(directory);
    await told("added berlin/stage-1");
    const stage = stageOf();
    expect(await stage.double(1)).toBe(2);

    await server.close();
    await told("added berlin/stage-1", "removed berlin/stage-1");
    expect(await fleet().find({ name: "berlin/stage-1" })).toEqual([]);
    await expect(stage.double(1)).rejects.toThrow();

    await bench(url);
    await told("added berlin/stage-1", "removed berlin/stage-1", "added berlin/stage-1");
    expect(await stageOf().double(2)).toBe(4);
  });

  it("tells a device that its caller is gone", async () => {
    const { stage: device, directory } = await bench();
    const { told } = bridge(directory);
    await told("added berlin/stage-1");
    const stage = stageOf();
    const wandering = expect(stage.wander("far")).rejects.toThrow();
    await eventually("it wanders", () => device.journal.includes("far begun"));
    await clientOf(stage).close();
    await wandering;
    await eventually("it was told", () => device.journal.some((line) => line.startsWith("far ended")));
  });

  it("can be read only, where that is wanted", async () => {
    const { stage: device, directory } = await bench();
    const { told } = bridge(directory, { access: "read" });
    await told("added berlin/stage-1");
    const stage = stageOf();
    expect(await stage.position.get()).toBe(0);
    await expect(stage.position.set(5)).rejects.toThrow(
      /can only be read.*rigwire bridge without --read-only/,
    );
    await expect(stage.double(1)).rejects.toThrow(/can only be read/);
    expect(device.position).toBe(0);
  });

  it("is brought once: no bridge brings on what another brought", async () => {
    const { directory } = await bench();
    await bridge(directory).told("added berlin/stage-1");
    const logger = new RecordingLogger();
    // By the fleet itself, and by an address that looks like that of another broker.
    const alias = `nats://localhost:${nats.port}/berlin/stage-1`;
    const listed = new DeviceList([{ name: "stage-1", type: "stage", url: alias }]);
    const [again, around] = [
      bridge(fleet(), { logger }, `${nats.url}/paris`),
      bridge(listed, { logger }, `${nats.url}/rome`),
    ];
    await eventually("it is in a fleet already", () =>
      logger.lines.some((line) => line.includes("berlin/stage-1 is in a fleet already")),
    );
    await eventually("another brings it", () =>
      logger.lines.some((line) => line.includes("stage-1 is brought here by another bridge")),
    );
    expect([...again.events, ...around.events]).toEqual([]);
    expect((await fleet().find({})).map(({ name }) => name)).toEqual(["berlin/stage-1"]);
  });

  describeWithPython(["zmq"], "that is an original", (python) => {
    it("is called there, and its signals come", async () => {
      const server = python.start("original_server.py");
      const url = (await server.next()) as string;
      const registry = await openRegistry();
      const registration = {
        type: "original",
        url,
        networks: [],
        name: "cam",
        overwrite: false,
        askHolder: false,
      };
      await registryClient(registry.url).register(registration);
      const { told } = bridge(registry);
      await told("added berlin/cam");
      expect(await fleet().find({ type: "original" })).toMatchObject([
        { name: "berlin/cam", isBridged: true },
      ]);

      const camera = connect(OriginalDevice, `${nats.url}/berlin/cam`, { timeoutMs: 8_000, logger: silent });
      closing(clientOf(camera));
      expect(await camera.echo("é 🌿", 2)).toBe("Echo: é 🌿Echo: é 🌿");
      const changed = firstValueFrom(camera.modeChanged);
      await camera.mode.get();
      await camera.mode.set("moving");
      expect(await changed).toBe("moving");
    });
  });
});
