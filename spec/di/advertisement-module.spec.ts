import { join } from "node:path";
import { filter, firstValueFrom, skipWhile } from "rxjs";
import { AdvertisementModule, clientOf, LocalServiceAdvertisement } from "rigwire";
import { all, RuntimeFolder } from "../advertisement/runtime-folder";
import { silent } from "../registry/loopback-registry";
import { eventually } from "../support/eventually";
import { typeScriptProgram } from "../support/typescript-child";
import { cameraOf, focusAfterMove, serveCamera, servedBy, startApp } from "./camera-apps";

const cameraProgram = typeScriptProgram(join(__dirname, "programs/camera-app.ts"));

describe("apps with local advertisements", () => {
  let runtime: RuntimeFolder;

  beforeEach(() => (runtime = new RuntimeFolder()));
  afterEach(() => runtime.remove());

  const local = (properties = {}) =>
    AdvertisementModule.local({ folder: runtime.advertisements, logger: silent, rescanMs: 50, properties });
  const discovered = () =>
    all(LocalServiceAdvertisement.discover("camera", {}, { folder: runtime.advertisements }));

  it("find a device by name and by type", async () => {
    await serveCamera({ name: "cam", number: 7 }, local());
    const user = await startApp(local());
    expect(await cameraOf(user, "cam").focus()).toBe(7);
    expect(await cameraOf(user).focus()).toBe(7);
  });

  it("advertise name, type, address and properties, and take them back", async () => {
    const properties = { serial: "C-1", note: null };
    const rig = await serveCamera({ name: "cam", properties }, local());
    expect(await discovered()).toMatchObject([
      { serviceName: "cam", serviceType: "camera", address: servedBy(rig).url, pid: process.pid, properties },
    ]);
    await rig.close();
    expect(runtime.names("camera")).toEqual([]);
  });

  it("advertise a device without a name by its type", async () => {
    await serveCamera({}, local());
    expect(await discovered()).toMatchObject([{ serviceName: "camera" }]);
  });

  it("advertise an address that can be connected to", async () => {
    const rig = await serveCamera({ url: "tcp://*", number: 7 }, local());
    const address = servedBy(rig).url.replace("*", "127.0.0.1");
    expect(await discovered()).toMatchObject([{ address }]);
    expect(await cameraOf(await startApp(local())).focus()).toBe(7);
  });

  it("advertise what they are told to, with the device's port", async () => {
    const rig = await serveCamera({ advertise: "10.0.0.7" }, local());
    const address = servedBy(rig).url.replace("127.0.0.1", "10.0.0.7");
    expect(await discovered()).toMatchObject([{ address }]);
  });

  it("look up only what has the properties that they ask for", async () => {
    await serveCamera({ name: "left", number: 1, properties: { side: "left" } }, local());
    await serveCamera({ name: "right", number: 2, properties: { side: "right" } }, local());
    expect(await cameraOf(await startApp(local({ side: "right" }))).focus()).toBe(2);
  });

  it("wait for a device, and follow it where it goes", async () => {
    const camera = cameraOf(await startApp(local()), "cam");
    const focused = camera.focus();
    const first = await serveCamera({ name: "cam", number: 1 }, local());
    expect(await focused).toBe(1);
    await first.close();
    await serveCamera({ name: "cam", number: 2 }, local());
    expect(await focusAfterMove(camera)).toBe(2);
  });

  it("advertise a renamed device by its new name", async () => {
    const rig = await serveCamera({ name: "cam" }, local());
    const [server] = rig.servers;
    if (server !== undefined) server.name = "cam-1";
    await eventually("it has the new name", async () => {
      const names = (await discovered()).map(({ serviceName }) => serviceName);
      return names.length === 1 && names[0] === "cam-1";
    });
    await rig.close();
    expect(runtime.names("camera")).toEqual([]);
  });

  it("do not find a device that was killed, whose file they remove", async () => {
    const child = cameraProgram.start(["folder", runtime.advertisements], { RIGWIRE_LOG: "silent" });
    await child.next();
    const user = await startApp(local());
    const camera = cameraOf(user, "cam");
    const lost = firstValueFrom(
      clientOf(camera).state$.pipe(
        skipWhile(({ kind }) => kind !== "connected"),
        filter(({ kind }) => kind !== "connected"),
      ),
    );
    expect(await camera.focus()).toBe(child.pid);

    child.signal("SIGKILL");
    await child.ended;
    await lost;
    expect(runtime.names("camera")).toHaveLength(1);
    await expect(cameraOf(user, "cam", 500).focus()).rejects.toThrow("no device is known");
    expect(runtime.names("camera")).toEqual([]);
  });

  it("leave nothing behind when they are asked to end", async () => {
    const child = cameraProgram.start(["folder", runtime.advertisements], { RIGWIRE_LOG: "silent" });
    await child.next();
    child.signal("SIGTERM");
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(runtime.names("camera")).toEqual([]);
  });
});
