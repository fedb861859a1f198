import { filter, firstValueFrom, timeout } from "rxjs";
import { JsonMethod } from "../../decorators/json-method";
import { RpcService } from "../../decorators/rpc-service";
import { connect } from "../../lib/client/connect";
import { clientOf as plumbingOf } from "../../lib/client/create-remote";
import { RegistryLease, type LeaseOptions, type LeaseState } from "../../lib/registry/registry-lease";
import { RegistryClient } from "../../lib/registry/registry-client";
import { type RpcServer } from "../../lib/server/rpc-server";
import { serve } from "../../lib/server/serve";
import { type ServeOptions } from "../../lib/server/serve-options";
import { openTestEndpoint } from "../support/test-endpoint";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { clientOf, openRegistry, reopenRegistry, silent } from "./loopback-registry";

@RpcService({ type: "camera" })
class Camera {
  @JsonMethod()
  focus(): number {
    return 7;
  }
}

async function serveCamera(options: ServeOptions = {}): Promise<RpcServer> {
  return closing(await serve(new Camera(), { name: "cam", logger: silent, ...options }));
}

function lease(registryUrl: string, device: RpcServer, options: LeaseOptions = {}): RegistryLease {
  return closing(new RegistryLease(clientOf(registryUrl), device, { logger: silent, ...options }));
}

function state<K extends LeaseState["kind"]>(
  held: RegistryLease,
  kind: K,
): Promise<Extract<LeaseState, { kind: K }>> {
  const isThat = (each: LeaseState): each is Extract<LeaseState, { kind: K }> => each.kind === kind;
  return firstValueFrom(held.state$.pipe(filter(isThat), timeout(8_000)));
}

describe("a lease", () => {
  it("registers a served device under its name, type and address", async () => {
    const registry = await openRegistry();
    const device = await serveCamera();
    const held = lease(registry.url, device);

    expect(held.state).toEqual({ kind: "registering" });
    expect(await state(held, "registered")).toEqual({
      kind: "registered",
      name: "cam",
      url: device.url,
      formerName: undefined,
    });
    expect(registry.devices).toEqual([{ name: "cam", type: "camera", url: device.url }]);
  });

  it("brings the accepted name into the device's inventory, and tells that it is another", async () => {
    const registry = await openRegistry();
    await state(lease(registry.url, await serveCamera()), "registered");
    const second = await serveCamera();
    const registered = await state(lease(registry.url, second), "registered");
    const plumbing = closing(plumbingOf(connect(Camera, second.url)));

    expect(registered).toMatchObject({ name: "cam-1", formerName: "cam" });
    expect(await plumbing.inventory()).toMatchObject({ name: "cam-1" });
  });

  it("follows a device that others rename, and does not go back to the name before", async () => {
    const registry = await openRegistry();
    const device = await serveCamera();
    const held = lease(registry.url, device, { aliveTimeoutMs: 300 });
    await state(held, "registered");
    device.name = "cam-elsewhere";

    await eventually("it is registered as that", () => registry.devices[0]?.name === "cam-elsewhere");
    expect(registry.devices).toHaveLength(1);
    // Two check-ins, at which a device that may have its own name takes it.
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(device.name).toBe("cam-elsewhere");
    expect(registry.devices).toEqual([{ name: "cam-elsewhere", type: "camera", url: device.url }]);
  });

  it("names a device that has no name after its type", async () => {
    const registry = await openRegistry();
    const device = await serveCamera({ name: "" });
    const registered = await state(lease(registry.url, device), "registered");

    expect(registered).toMatchObject({ name: "camera-0", formerName: undefined });
    expect(device.name).toBe("camera-0");
  });

  it("takes the name of another with overwrite, the first time", async () => {
    const registry = await openRegistry();
    const first = await serveCamera();
    await state(lease(registry.url, first), "registered");
    const second = await serveCamera();
    await state(lease(registry.url, second, { overwrite: true }), "registered");

    expect(registry.devices).toEqual([{ name: "cam", type: "camera", url: second.url }]);
  });

  it("registers what it is told to advertise", async () => {
    const registry = await openRegistry();
    const device = await serveCamera();
    await state(lease(registry.url, device, { advertise: "cam.example:1234" }), "registered");

    expect(registry.devices).toMatchObject([{ url: "tcp://cam.example:1234" }]);
  });

  it("registers a reachable address for a device at every interface", async () => {
    const registry = await openRegistry();
    const device = await serveCamera({ url: "tcp://*" });
    await state(lease(registry.url, device), "registered");
    const camera = connect(Camera, registry.devices[0]!.url);
    closing(plumbingOf(camera));

    expect(await camera.focus()).toBe(7);
  });

  it("keeps the device registered past its timeout", async () => {
    const registry = await openRegistry();
    let removed = 0;
    registry.changes$.pipe(filter(({ kind }) => kind === "removed")).subscribe(() => removed++);
    const client = clientOf(registry.url);
    const checkAlive = jest.spyOn(client, "checkAlive");
    const held = closing(
      new RegistryLease(client, await serveCamera(), { aliveTimeoutMs: 300, logger: silent }),
    );
    await state(held, "registered");
    await eventually("it has checked in for twice its timeout", () => checkAlive.mock.calls.length >= 7);

    expect(removed).toBe(0);
    expect(held.state.kind).toBe("registered");
  });

  it("registers again, under the same name, when the registry has forgotten the device", async () => {
    const registry = await openRegistry();
    const client = clientOf(registry.url);
    const register = jest.spyOn(client, "register");
    const held = closing(
      new RegistryLease(client, await serveCamera(), { aliveTimeoutMs: 150, logger: silent }),
    );
    await state(held, "registered");
    const { uuid } = (await register.mock.results[0]!.value) as { uuid: string };
    await clientOf(registry.url).unregister(uuid);
    await eventually("it is registered again", () => register.mock.calls.length === 2);
    await eventually("it is listed again", () => registry.devices.length === 1);

    expect(registry.devices).toMatchObject([{ name: "cam" }]);
  });

  it("finds a restarted registry, and tells", async () => {
    const first = await openRegistry();
    const device = await serveCamera();
    const held = lease(first.url, device);
    const kinds: string[] = [];
    held.state$.subscribe(({ kind }) => kinds.push(kind));
    await state(held, "registered");
    await first.close();
    expect((await state(held, "unreachable")).problem).not.toBe("");
    const second = await reopenRegistry(first.url);
    await state(held, "registered");

    expect(kinds).toEqual(["registering", "registered", "unreachable", "registered"]);
    expect(second.devices).toEqual([{ name: "cam", type: "camera", url: device.url }]);
  });

  it("tells that the name changed where another has it by the time the registry is back", async () => {
    const first = await openRegistry();
    const second = await openRegistry();
    await clientOf(second.url).register({ type: "camera", url: "tcp://10.0.0.9:1", name: "cam" });
    let where = first.url;
    const client = closing(new RegistryClient(() => Promise.resolve(where), { logger: silent }));
    const device = await serveCamera();
    const held = closing(new RegistryLease(client, device, { logger: silent }));
    await state(held, "registered");
    where = second.url;
    await first.close();
    await state(held, "unreachable");

    expect(await state(held, "registered")).toMatchObject({ name: "cam-1", formerName: "cam" });
    expect(device.name).toBe("cam-1");
    expect(second.devices).toHaveLength(2);
  });

  it("waits for a registry that is not there yet; the device is served meanwhile", async () => {
    const registry = await openRegistry();
    await registry.close();
    const device = await serveCamera();
    const held = lease(registry.url, device);
    await state(held, "unreachable");
    const camera = connect(Camera, device.url);
    closing(plumbingOf(camera));
    expect(await camera.focus()).toBe(7);

    const again = await reopenRegistry(registry.url);
    await state(held, "registered");
    expect(again.devices).toHaveLength(1);
  });

  it("tells that the registry refuses, and asks again", async () => {
    const registry = await openRegistry({ maxDevices: 1 });
    const { uuid } = await clientOf(registry.url).register({ type: "arm", url: "tcp://10.0.0.1:1" });
    const held = lease(registry.url, await serveCamera(), { aliveTimeoutMs: 150 });

    expect((await state(held, "refused")).problem).toContain("the registry is full");
    await clientOf(registry.url).unregister(uuid);
    await state(held, "registered");
  });

  it("unregisters when it is closed, which may be done twice", async () => {
    const registry = await openRegistry();
    const held = lease(registry.url, await serveCamera());
    await state(held, "registered");
    await Promise.all([held.close(), held.close()]);

    expect(registry.devices).toEqual([]);
    expect(held.state).toEqual({ kind: "closed" });
  });

  it("takes a registration back that is on its way when it is closed", async () => {
    const registry = await openRegistry();
    await lease(registry.url, await serveCamera()).close();
    expect(registry.devices).toEqual([]);
  });

  it("ends with its device", async () => {
    const registry = await openRegistry();
    const device = await serveCamera();
    const held = lease(registry.url, device);
    await state(held, "registered");
    await device.close();
    await state(held, "closed");

    expect(registry.devices).toEqual([]);
  });

  it("closes at once where the registry is away, and soon where it is silent", async () => {
    const mute = closing(await openTestEndpoint(() => undefined));
    const toMute = lease(mute.url, await serveCamera());
    const toNobody = lease("tcp://127.0.0.1:1", await serveCamera());
    const begunAt = performance.now();
    await toNobody.close();
    await toMute.close();

    expect(performance.now() - begunAt).toBeLessThan(4_000);
  });
});
