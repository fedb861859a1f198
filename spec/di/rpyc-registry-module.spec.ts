import { firstValueFrom, timeout } from "rxjs";
import {
  AddressError,
  AmbiguousDeviceError,
  DeviceUnavailableError,
  RigApp,
  type RigModule,
  RpycRegistryModule,
  TcpRegistryServer,
  UdpRegistryServer,
} from "rigwire";
import { silent } from "../registry/loopback-registry";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import { Camera, cameraOf, focusAfterMove, serveCamera, servedBy, startApp } from "./camera-apps";

const HOST = "127.0.0.1";
const QUICK = { logger: silent, timeoutMs: 300, pollMs: 50, renewMs: 50, retryMs: 50 };

describe.each([
  ["UDP", UdpRegistryServer.listen.bind(UdpRegistryServer), RpycRegistryModule.udp],
  ["TCP", TcpRegistryServer.listen.bind(TcpRegistryServer), RpycRegistryModule.tcp],
])("apps with an RPyC registry over %s", (_, listen, moduleAt) => {
  let registry: UdpRegistryServer | TcpRegistryServer;
  const rpyc = (port = registry.port): RigModule => moduleAt({ host: HOST, port, ...QUICK });
  const names = () => registry.services.services.map(({ name }) => name);
  const registered = (name: string) => eventually(`${name} is registered`, () => names().includes(name));

  beforeEach(async () => {
    registry = closing(await listen({ host: HOST, port: 0, allowListing: true, logger: silent }));
  });

  it("find a device by name and by type", async () => {
    await serveCamera({ name: "cam", number: 7 }, rpyc());
    const user = await startApp(rpyc());
    expect(await cameraOf(user, "cam").focus()).toBe(7);
    expect(await cameraOf(user).focus()).toBe(7);
  });

  it("register a device under name and type, and take both back", async () => {
    const rig = await serveCamera({ name: "cam" }, rpyc());
    await registered("CAMERA");
    expect(names().sort()).toEqual(["CAM", "CAMERA"]);
    const [port] = /\d+$/.exec(servedBy(rig).url) ?? [];
    expect(registry.services.services[0]?.address).toEqual({ host: HOST, port: Number(port) });
    await rig.close();
    expect(names()).toEqual([]);
  });

  it("register a device at the address that it is bound to", async () => {
    await serveCamera({ name: "cam", url: "tcp://127.0.0.2", number: 7 }, rpyc());
    await registered("CAM");
    expect(registry.services.services[0]?.address.host).toBe("127.0.0.2");
    expect(await cameraOf(await startApp(rpyc()), "cam").focus()).toBe(7);
  });

  it("register a device at the address of this computer that its owner says", async () => {
    await serveCamera({ name: "cam", url: "tcp://*", advertise: "127.0.0.3" }, rpyc());
    await registered("CAM");
    expect(registry.services.services[0]?.address.host).toBe("127.0.0.3");
  });

  it("register a renamed device under its new name only", async () => {
    const rig = await serveCamera({ name: "cam" }, rpyc());
    await registered("CAM");
    const [server] = rig.servers;
    if (server !== undefined) server.name = "cam-1";
    await registered("CAM-1");
    expect(names().sort()).toEqual(["CAM-1", "CAMERA"]);
  });

  it("register again with a registry that restarted", async () => {
    const rig = await serveCamera({ name: "cam", number: 7 }, rpyc());
    await registered("CAM");
    const { port } = registry;
    await registry.close();
    registry = closing(await listen({ host: HOST, port, logger: silent }));
    await firstValueFrom(registry.onServiceAdded$.pipe(timeout(5_000)));
    expect(await cameraOf(await startApp(rpyc()), "cam").focus()).toBe(7);
    await rig.close();
  });

  it("wait for a device, and follow it where it goes", async () => {
    const camera = cameraOf(await startApp(rpyc()), "cam");
    const focused = camera.focus();
    const first = await serveCamera({ name: "cam", number: 1 }, rpyc());
    expect(await focused).toBe(1);
    await first.close();
    await serveCamera({ name: "cam", number: 2 }, rpyc());
    expect(await focusAfterMove(camera)).toBe(2);
  });

  it("tell what is there when a name is unknown, and that a type is ambiguous at once", async () => {
    await serveCamera({ name: "left" }, rpyc());
    await serveCamera({ name: "right" }, rpyc());
    await registered("RIGHT");
    const user = await startApp(rpyc());
    const unknown = cameraOf(user, "cam-9", 500).focus();
    await expect(unknown).rejects.toThrow(DeviceUnavailableError);
    await expect(unknown).rejects.toThrow(/there is no device "cam-9": known are .*LEFT \(tcp:/);
    await expect(cameraOf(user, undefined, 60_000).focus()).rejects.toThrow(AmbiguousDeviceError);
  });

  it("start and close although no registry is there", async () => {
    const { port } = registry;
    await registry.close();
    const app = closing(new RigApp({ logger: silent }).use(rpyc(port)));
    for (const name of ["a", "b", "c"]) app.serve(new Camera(7), { name });
    const beganAt = performance.now();
    await app.start();
    expect(await cameraOf(app, "a").focus()).toBe(7);
    await expect(cameraOf(app, "cam", 1_000).focus()).rejects.toThrow(/device "cam" is not found: .*RPyC/);
    await app.close();
    expect(performance.now() - beganAt).toBeLessThan(3_000);
  });
});

describe("an app with an RPyC registry", () => {
  it("refuses a device that is served at no port", async () => {
    const app = closing(new RigApp({ logger: silent }).use(RpycRegistryModule.udp({ host: HOST, ...QUICK })));
    app.serve(new Camera(), { url: "inproc://cam", name: "cam" });
    await expect(app.start()).rejects.toThrow(AddressError);
  });

  it("warns of a device on loopback that others would be sent to elsewhere", async () => {
    const logger = new RecordingLogger();
    const elsewhere = RpycRegistryModule.udp({ ...QUICK, host: "192.0.2.1", timeoutMs: 50, logger });
    await serveCamera({ name: "cam" }, elsewhere);
    expect(logger.lines[0]).toMatch(/^warn: a device served at tcp:.*serve it at tcp:\/\/\*/);
    expect(logger.lines).toHaveLength(1);
  });
});
