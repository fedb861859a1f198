import { join } from "node:path";
import { JsonMethod } from "../../decorators/json-method";
import { RpcService } from "../../decorators/rpc-service";
import { clientOf as plumbingOf } from "../../lib/client/create-remote";
import { connect } from "../../lib/client/connect";
import { type DeviceEvent } from "../../lib/discovery/device-directory";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { type TypeScriptChild, typeScriptProgram } from "../support/typescript-child";
import { clientOf, next, openRegistry } from "./loopback-registry";

@RpcService({ type: "camera" })
class Camera {
  @JsonMethod()
  focus(): Promise<number> {
    throw new Error("this is only the contract");
  }
}

const registryProgram = typeScriptProgram(join(__dirname, "programs/registry.ts"));
const deviceProgram = typeScriptProgram(join(__dirname, "programs/device.ts"));

const SILENT = { RIGWIRE_LOG: "silent" };

async function startRegistry(url?: string): Promise<{ child: TypeScriptChild; url: string }> {
  const child = registryProgram.start(url === undefined ? [] : [url], SILENT);
  return { child, url: String(await child.next()) };
}

/** Reads what the device tells of its lease until it is this. */
async function until(device: TypeScriptChild, kind: string): Promise<void> {
  while ((await device.next()) !== kind);
}

describe("with processes of their own", () => {
  it("a registry that is killed and restarted finds its devices again, which went on meanwhile", async () => {
    const first = await startRegistry();
    const device = deviceProgram.start([first.url, "20000"], SILENT);
    await until(device, "registered");
    const client = clientOf(first.url);
    const { url } = (await client.list({ name: "cam" }))[0]!;
    const camera = connect(Camera, url);
    closing(plumbingOf(camera));

    first.child.signal("SIGKILL");
    await until(device, "unreachable");
    expect(await camera.focus()).toBe(7);

    const second = await startRegistry(first.url);
    await until(device, "registered");
    expect(second.url).toBe(first.url);
    expect(await client.list({ name: "cam" })).toEqual([{ name: "cam", type: "camera", url }]);
  });

  it("a watch goes on over the death of its registry", async () => {
    const first = await startRegistry();
    const client = clientOf(first.url);
    const told: DeviceEvent[] = [];
    const watch = client.watch().subscribe((event) => told.push(event));
    await client.list();
    const device = deviceProgram.start([first.url, "20000"], SILENT);
    await eventually("the device is told", () => told.length === 1);

    device.signal("SIGKILL");
    first.child.signal("SIGKILL");
    await Promise.all([device.ended, first.child.ended]);
    await startRegistry(first.url);
    await until(deviceProgram.start([first.url, "20000"], SILENT), "registered");
    await eventually("its loss and its return are told", () => told.length === 3);
    watch.unsubscribe();
    const [added, removed, moved] = told;

    expect(added?.kind).toBe("added");
    expect(removed).toEqual({ kind: "removed", device: added?.device });
    expect(moved).toMatchObject({ kind: "added", device: { name: "cam" } });
  });

  it("a device that is killed is gone after its timeout", async () => {
    const registry = await openRegistry();
    const device = deviceProgram.start([registry.url, "600"], SILENT);
    await until(device, "registered");
    expect(registry.devices).toMatchObject([{ name: "cam" }]);
    // Until its first check-in it would have the registry's own 20 s.
    await until(device, "checked in");
    const removed = next(registry.changes$);

    device.signal("SIGKILL");
    expect(await removed).toMatchObject([{ kind: "removed", device: { name: "cam" } }]);
    expect(registry.devices).toEqual([]);
  });

  it("a device that closes is gone at once, and its process ends by itself", async () => {
    const registry = await openRegistry();
    const device = deviceProgram.start([registry.url, "20000"], SILENT);
    await until(device, "registered");
    const removed = next(registry.changes$);
    device.send("close");

    expect(await removed).toMatchObject([{ kind: "removed", device: { name: "cam" } }]);
    expect(await device.ended).toEqual({ code: 0, signal: null });
  });
});
