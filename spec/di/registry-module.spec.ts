import {
  AddressError,
  AmbiguousDeviceError,
  clientOf,
  DEVICE_REGISTRY,
  type DeviceRegistry,
  DeviceUnavailableError,
  RegistryModule,
  RigApp,
} from "rigwire";
import { openRegistry, reopenRegistry, silent } from "../registry/loopback-registry";
import { closedPort, tcpServer, closeAll } from "../rpyc/sockets";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { Camera, cameraOf, focusAfterMove, serveCamera, servedBy, startApp } from "./camera-apps";

const host = () => RegistryModule.host({ url: "tcp://127.0.0.1", logger: silent });
const connect = (url: string, aliveTimeoutMs?: number) =>
  RegistryModule.connect(url, { logger: silent, ...(aliveTimeoutMs !== undefined && { aliveTimeoutMs }) });

afterEach(closeAll);

describe("an app that hosts the registry", () => {
  it("announces its devices, which other apps find by name and by type", async () => {
    const rig = await serveCamera({ name: "cam", number: 7 }, host());
    const registry = rig.resolve(DEVICE_REGISTRY);
    // An app whose registry does not answer in time starts without, and announces its devices again.
    await eventually("it is announced", () => registry.devices.length > 0);
    expect(registry.devices).toEqual([{ name: "cam", type: "camera", url: servedBy(rig).url }]);

    const user = await startApp(connect(registry.url));
    expect(await cameraOf(user, "cam").focus()).toBe(7);
    expect(await cameraOf(user).focus()).toBe(7);
  });

  it("finds the devices of other apps", async () => {
    const rig = await startApp(host());
    await serveCamera({ name: "cam", number: 7 }, connect(rig.resolve(DEVICE_REGISTRY).url));
    expect(await cameraOf(rig, "cam").focus()).toBe(7);
  });

  it("closes the registry with itself", async () => {
    const rig = await serveCamera({ name: "cam" }, host());
    const registry = rig.resolve(DEVICE_REGISTRY);
    await rig.close();
    expect(registry.devices).toEqual([]);
    await reopenRegistry(registry.url);
  });

  it("does not start where another process has the port", async () => {
    const { url } = await openRegistry();
    const app = closing(new RigApp().use(RegistryModule.host({ url })));
    await expect(app.start()).rejects.toThrow(AddressError);
    await expect(app.closed).resolves.toBeUndefined();
  });
});

describe("an app that is connected to a registry", () => {
  let registry: DeviceRegistry;

  beforeEach(async () => {
    registry = await openRegistry();
  });

  it("announces its devices, which other apps find by name and by type", async () => {
    await serveCamera({ name: "cam", number: 7 }, connect(registry.url));
    const user = await startApp(connect(registry.url));
    expect(await cameraOf(user, "cam").focus()).toBe(7);
    expect(await cameraOf(user).focus()).toBe(7);
  });

  it("has the name that the registry accepted, in its servers and in the inventory", async () => {
    await serveCamera({ name: "cam", number: 1 }, connect(registry.url));
    const second = await serveCamera({ name: "cam", number: 2 }, connect(registry.url));
    expect(servedBy(second).name).toBe("cam-1");

    const user = await startApp(connect(registry.url));
    const camera = user.client(Camera, "cam-1");
    expect(await focusAfterMove(camera)).toBe(2);
    expect((await clientOf(camera).inventory()).name).toBe("cam-1");
  });

  it("is named by the registry if it has no name", async () => {
    expect(servedBy(await serveCamera({}, connect(registry.url))).name).toBe("camera-0");
  });

  it("takes the name from another device if it may, which then goes by another, in its own app too", async () => {
    const first = await serveCamera({ name: "cam", number: 1 }, connect(registry.url, 300));
    const second = await serveCamera({ name: "cam", number: 2, overwrite: true }, connect(registry.url));
    expect(servedBy(second).name).toBe("cam");

    await eventually("the first registers again", () => servedBy(first).name === "cam-1");
    for (const user of [first, await startApp(connect(registry.url))]) {
      expect(await cameraOf(user, "cam-1").focus()).toBe(1);
      expect(await cameraOf(user, "cam").focus()).toBe(2);
    }
  });

  it("registers what it is told to advertise, with its own port", async () => {
    const app = await serveCamera({ name: "cam", advertise: "cam-1.local" }, connect(registry.url));
    const [port] = /\d+$/.exec(servedBy(app).url) ?? [];
    expect(registry.devices).toMatchObject([{ url: `tcp://cam-1.local:${port}` }]);
  });

  it("unregisters its devices when it closes", async () => {
    const app = await serveCamera({ name: "cam" }, connect(registry.url));
    await app.close();
    expect(registry.devices).toEqual([]);
  });

  it("waits for a device that is not there yet", async () => {
    const user = await startApp(connect(registry.url));
    const focused = cameraOf(user, "cam").focus();
    await serveCamera({ name: "cam", number: 7 }, connect(registry.url));
    expect(await focused).toBe(7);
  });

  it("follows a device that comes back elsewhere", async () => {
    const user = await startApp(connect(registry.url));
    const camera = cameraOf(user, "cam");
    const first = await serveCamera({ name: "cam", number: 1 }, connect(registry.url));
    expect(await camera.focus()).toBe(1);
    await first.close();
    await serveCamera({ name: "cam", number: 2 }, connect(registry.url));
    expect(await focusAfterMove(camera)).toBe(2);
  });

  it("tells what is there when a name is unknown", async () => {
    const { url } = servedBy(await serveCamera({ name: "cam" }, connect(registry.url)));
    const focused = cameraOf(await startApp(connect(registry.url)), "camera-9", 500).focus();
    await expect(focused).rejects.toThrow(DeviceUnavailableError);
    await expect(focused).rejects.toThrow(`there is no device "camera-9": known are cam (camera, ${url})`);
  });

  it("fails at once where there are two devices of the type", async () => {
    await serveCamera({ name: "left" }, connect(registry.url));
    await serveCamera({ name: "right" }, connect(registry.url));
    const focused = cameraOf(await startApp(connect(registry.url)), undefined, 60_000).focus();
    await expect(focused).rejects.toThrow(AmbiguousDeviceError);
    await expect(focused).rejects.toThrow(/2 devices of type "camera": ask for one by name.*left.*right/);
  });

  it("is refused an address that nobody could connect to", () => {
    expect(() => RegistryModule.connect("tcp://10.0.0.1")).toThrow(/names no port.*5555/);
    expect(() => RegistryModule.connect("10.0.0.1:5555")).toThrow(AddressError);
  });
});

describe("an app whose registry is not there", () => {
  it("serves its devices, and says what is wrong to whoever looks for others", async () => {
    const away = `tcp://127.0.0.1:${await closedPort()}`;
    const impatient = RegistryModule.connect(away, { logger: silent, timeoutMs: 200 });
    const app = await serveCamera({ name: "cam", number: 7 }, impatient);
    expect(await cameraOf(app, "cam").focus()).toBe(7);
    await expect(cameraOf(app, "other", 1_000).focus()).rejects.toThrow(
      /device "other" is not found: registry\.list.*connection refused\): known are cam/,
    );
  });

  it("starts and closes although the registry keeps silent", async () => {
    const { port } = await tcpServer(() => undefined);
    const app = closing(new RigApp({ logger: silent }).use(connect(`tcp://127.0.0.1:${port}`)));
    for (const name of ["a", "b", "c"]) app.serve(new Camera(), { name });
    const beganAt = performance.now();
    await app.start();
    await app.close();
    expect(performance.now() - beganAt).toBeLessThan(4_000);
  });

  it("registers when it comes, and finds what is registered there", async () => {
    const url = `tcp://127.0.0.1:${await closedPort()}`;
    const app = await serveCamera({ name: "cam" }, connect(url));
    const focused = cameraOf(app, "other").focus();
    const registry = await openRegistry({ url });
    await serveCamera({ name: "other", number: 2 }, connect(url));
    expect(await focused).toBe(2);
    await eventually("the camera is registered", () => registry.devices.length === 2);
  });
});
