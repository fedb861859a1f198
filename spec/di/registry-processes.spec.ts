import { join } from "node:path";
import { DEVICE_REGISTRY, DeviceUnavailableError, RegistryModule } from "rigwire";
import { next, openRegistry, silent } from "../registry/loopback-registry";
import { type TypeScriptChild, typeScriptProgram } from "../support/typescript-child";
import { cameraOf, focusAfterMove, serveCamera, servedBy, startApp } from "./camera-apps";

const registryProgram = typeScriptProgram(join(__dirname, "../registry/programs/registry.ts"));
const cameraProgram = typeScriptProgram(join(__dirname, "programs/camera-app.ts"));

const SILENT = { RIGWIRE_LOG: "silent" };
const connect = (url: string) => RegistryModule.connect(url, { logger: silent });

async function startRegistry(where: string): Promise<{ child: TypeScriptChild; url: string }> {
  const child = registryProgram.start([where], SILENT);
  return { child, url: String(await child.next()) };
}

async function startCamera(
  registryUrl: string,
  aliveTimeoutMs = 20_000,
): Promise<{ child: TypeScriptChild; url: string }> {
  const child = cameraProgram.start(["registry", registryUrl, String(aliveTimeoutMs)], SILENT);
  return { child, url: String(await child.next()) };
}

describe("apps and a registry in processes of their own", () => {
  it("find each other again after the registry was killed and restarted", async () => {
    const first = await startRegistry("tcp://127.0.0.1");
    const rig = await serveCamera({ name: "cam", number: 7 }, connect(first.url));
    const user = await startApp(connect(first.url));
    const camera = cameraOf(user, "cam");
    expect(await camera.focus()).toBe(7);

    first.child.signal("SIGKILL");
    await first.child.ended;
    expect(await camera.focus()).toBe(7);

    await startRegistry(first.url);
    const late = await startApp(connect(first.url));
    expect(await cameraOf(late, "cam").focus()).toBe(7);
    expect(servedBy(rig).name).toBe("cam");
  });

  it("wait for each other until the registry comes", async () => {
    const { child, url } = await startRegistry("tcp://127.0.0.1");
    child.signal("SIGKILL");
    await child.ended;
    const user = await startApp(connect(url));
    const focused = cameraOf(user, "cam").focus();
    await serveCamera({ name: "cam", number: 7 }, connect(url));

    await startRegistry(url);
    expect(await focused).toBe(7);
  });

  it("lose a device that was killed after its timeout", async () => {
    const registry = await openRegistry();
    const user = await startApp(connect(registry.url));
    const { child } = await startCamera(registry.url, 300);
    expect(await cameraOf(user, "cam").focus()).toBe(child.pid);
    const removed = next(registry.changes$);

    child.signal("SIGKILL");
    expect(await removed).toMatchObject([{ kind: "removed", device: { name: "cam" } }]);
    const focused = cameraOf(user, "cam", 1_000).focus();
    await expect(focused).rejects.toThrow(DeviceUnavailableError);
    await expect(focused).rejects.toThrow('there is no device "cam": no device is known');
  });

  it("follow a device that was killed and came back elsewhere while a call waits", async () => {
    const rig = await startApp(RegistryModule.host({ url: "tcp://127.0.0.1", logger: silent }));
    const { url } = rig.resolve(DEVICE_REGISTRY);
    const first = await startCamera(url);
    const camera = cameraOf(rig, "cam");
    expect(await camera.focus()).toBe(first.child.pid);

    first.child.signal("SIGKILL");
    await first.child.ended;
    const focused = focusAfterMove(camera);
    const second = await startCamera(url);
    expect(await focused).toBe(second.child.pid);
    expect(second.url).not.toBe(first.url);
  });

  it("lose a device at once that is asked to end", async () => {
    const registry = await openRegistry();
    const { child } = await startCamera(registry.url);
    child.signal("SIGTERM");
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(registry.devices).toEqual([]);
  });
});
