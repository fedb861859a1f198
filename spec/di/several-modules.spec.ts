import {
  AdvertisementModule,
  type DeviceRegistry,
  LocalServiceAdvertisement,
  RegistryModule,
  RpycRegistryModule,
  UdpRegistryServer,
} from "rigwire";
import { all, RuntimeFolder } from "../advertisement/runtime-folder";
import { openRegistry, silent } from "../registry/loopback-registry";
import { closeAll, closedPort, tcpServer } from "../rpyc/sockets";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { cameraOf, focusAfterMove, serveCamera, servedBy, startApp } from "./camera-apps";

const HOST = "127.0.0.1";

afterEach(closeAll);

describe("an app with all three modules", () => {
  let runtime: RuntimeFolder;
  let registry: DeviceRegistry;
  let rpycRegistry: UdpRegistryServer;

  beforeEach(async () => {
    runtime = new RuntimeFolder();
    registry = await openRegistry();
    rpycRegistry = closing(await UdpRegistryServer.listen({ host: HOST, port: 0, logger: silent }));
  });
  afterEach(() => runtime.remove());

  const local = () =>
    AdvertisementModule.local({ folder: runtime.advertisements, logger: silent, rescanMs: 50 });
  const connect = (url = registry.url) =>
    RegistryModule.connect(url, { logger: silent, aliveTimeoutMs: 300 });
  const rpyc = (port = rpycRegistry.port) =>
    RpycRegistryModule.udp({ host: HOST, port, timeoutMs: 300, pollMs: 50, logger: silent });
  const advertisedNames = async () => {
    const services = await all(
      LocalServiceAdvertisement.discover("camera", {}, { folder: runtime.advertisements }),
    );
    return services.map(({ serviceName }) => serviceName);
  };
  const rpycNames = () => rpycRegistry.services.services.map(({ name }) => name).sort();

  it("announces its device everywhere", async () => {
    await serveCamera({ name: "cam", number: 7 }, connect(), local(), rpyc());
    await eventually("RPyC knows it", () => rpycNames().length === 2);
    for (const module of [connect(), local(), rpyc()]) {
      expect(await cameraOf(await startApp(module), "cam").focus()).toBe(7);
    }
  });

  it("announces it by the name that the registry accepted, whatever the order, now and later", async () => {
    await serveCamera({ name: "cam" }, connect());
    const second = await serveCamera({ name: "cam" }, rpyc(), local(), connect());
    expect(servedBy(second).name).toBe("cam-1");
    await eventually("it is advertised so", async () => (await advertisedNames()).join() === "cam-1");
    await eventually("RPyC knows it so", () => rpycNames().join() === "CAM-1,CAMERA");

    await serveCamera({ name: "cam-1", overwrite: true }, connect());
    await eventually("it is advertised anew", async () => (await advertisedNames()).join() === "cam-1-1");
    await eventually("RPyC knows it anew", () => rpycNames().join() === "CAM-1-1,CAMERA");
  });

  it("looks devices up in the order of its modules", async () => {
    await serveCamera({ name: "cam", number: 1 }, local());
    await serveCamera({ name: "cam", number: 2 }, connect());
    expect(await cameraOf(await startApp(local(), connect(), rpyc()), "cam").focus()).toBe(1);
    expect(await cameraOf(await startApp(rpyc(), connect(), local()), "cam").focus()).toBe(2);
    expect(await cameraOf(await startApp(rpyc(), connect(), local())).focus()).toBe(2);
  });

  it("lists what all of them know where a name is unknown", async () => {
    const a = servedBy(await serveCamera({ name: "a" }, local()));
    const b = servedBy(await serveCamera({ name: "b" }, connect()));
    const focused = cameraOf(await startApp(connect(), local()), "c", 500).focus();
    await expect(focused).rejects.toThrow(`known are b (camera, ${b.url}), a (camera, ${a.url})`);
  });

  it.each([
    ["refuses connections", () => closedPort()],
    ["takes connections and says nothing", async () => (await tcpServer(() => undefined)).port],
  ])("starts, finds, follows and closes while the first registry %s", async (_, portOf) => {
    const away = connect(`tcp://${HOST}:${await portOf()}`);
    const beganAt = performance.now();
    const rig = await serveCamera({ name: "cam", number: 1 }, away, local(), rpyc(await closedPort()));
    const user = await startApp(away, rpyc(await closedPort()), local());
    const camera = cameraOf(user, "cam", 2_000);
    expect(await camera.focus()).toBe(1);

    await rig.close();
    const focused = focusAfterMove(camera);
    await serveCamera({ name: "cam", number: 2 }, local());
    expect(await focused).toBe(2);
    await user.close();
    expect(performance.now() - beganAt).toBeLessThan(8_000);
  });
});
