import { filter, firstValueFrom, timeout } from "rxjs";
import { RegistryUnsupportedError } from "../../lib/errors";
import { RegistryDirectory } from "../../lib/registry/registry-directory";
import { RegistryLease, type LeaseState } from "../../lib/registry/registry-lease";
import { clientOf, next, openRegistry, silent } from "../registry/loopback-registry";
import { closing } from "../support/closing";
import { describeWithPython, type PythonPeer } from "./python-peer";

const CAMERA = { type: "camera", url: "tcp://10.0.0.1:9000", name: "cam" };

describeWithPython(["zmq"], "an original registry in Python", (python) => {
  async function start(port = 0): Promise<{ registry: PythonPeer; url: string; port: number }> {
    const registry = python.start("original_registry.py", [String(port)]);
    const told = (await registry.next()) as { port: number };
    return { registry, url: `tcp://127.0.0.1:${told.port}`, port: told.port };
  }

  function reached(lease: RegistryLease, kind: LeaseState["kind"]): Promise<LeaseState> {
    return firstValueFrom(
      lease.state$.pipe(
        filter((state) => state.kind === kind),
        timeout(10_000),
      ),
    );
  }

  function leaseOf(url: string, name = "cam"): { lease: RegistryLease; device: { name: string } } {
    const device = { name, url: "tcp://127.0.0.1:9000", contract: { type: "camera" } };
    return { lease: closing(new RegistryLease(clientOf(url), device, { logger: silent })), device };
  }

  it("registers, renames, hears and unregisters our devices", async () => {
    const { url } = await start();
    const client = clientOf(url);
    const first = await client.register(CAMERA);
    const second = await client.register({ ...CAMERA, url: "tcp://10.0.0.2:9000" });

    expect([first.name, second.name]).toEqual(["cam", "cam-1"]);
    expect(await client.checkAlive(first.uuid)).toBe(true);
    expect(await client.unregister(first.uuid)).toBe(true);
    expect(await client.checkAlive(first.uuid)).toBe(false);
  });

  it("gets no message that it does not know until devices are to be listed", async () => {
    const { registry, url } = await start();
    await clientOf(url).register(CAMERA);

    expect(await registry.next()).toEqual({
      event: "REGISTER",
      payload: { device_type: "camera", addr: CAMERA.url, name: "cam", overwrite: false },
      devices: ["cam"],
    });
  });

  it("cannot list or be watched, and our errors say so; everything else goes on", async () => {
    const { url } = await start();
    const client = clientOf(url);
    const directory = new RegistryDirectory(client);

    await expect(directory.find({})).rejects.toThrow(RegistryUnsupportedError);
    await expect(next(directory.changes$)).rejects.toThrow(RegistryUnsupportedError);
    await expect(client.list()).rejects.toThrow("an original registry can neither list devices nor");
    expect((await client.register(CAMERA)).name).toBe("cam");
  });

  it("has our device for as long as its lease lives", async () => {
    const { registry, url } = await start();
    const { lease } = leaseOf(url);
    await reached(lease, "registered");
    // Whether further keys may be sent: an original knows no device without a uuid.
    expect(await registry.next()).toMatchObject({ event: "CHECK_ALIVE", payload: { uuid: "" } });
    expect(await registry.next()).toMatchObject({ event: "REGISTER", devices: ["cam"] });
    await lease.close();
    expect(await registry.next()).toMatchObject({ event: "UNREGISTER", devices: [] });
  });

  it("gets our device back after it was killed and restarted on its port", async () => {
    const { registry, url, port } = await start();
    const { lease, device } = leaseOf(url);
    await reached(lease, "registered");
    await registry.end();
    await reached(lease, "unreachable");
    const again = await start(port);
    await reached(lease, "registered");

    expect(await again.registry.next()).toMatchObject({ event: "CHECK_ALIVE" });
    expect(await again.registry.next()).toMatchObject({ event: "REGISTER", payload: { overwrite: false } });
    expect(device.name).toBe("cam");
  });
});

describeWithPython(["zmq"], "a Python device at our registry", (python) => {
  it("registers, is renamed, checks in and unregisters", async () => {
    const registry = await openRegistry();
    const device = python.start("registry_client.py", [registry.url]);
    const payload = { device_type: "camera", addr: "tcp://127.0.0.1:9000:9000", name: "cam" };
    await clientOf(registry.url).register(CAMERA);

    const registered = (await device.ask({ event: "REGISTER", payload })) as {
      event: string;
      payload: { name: string; uuid: string };
    };
    expect(registered).toMatchObject({ event: "REGISTER_ACK", payload: { name: "cam-1" } });
    expect(await registry.find({ name: "cam-1" })).toMatchObject([{ url: "tcp://127.0.0.1:9000" }]);

    const { uuid } = registered.payload;
    expect(await device.ask({ event: "CHECK_ALIVE", payload: { uuid, alive_timeout: 60 } })).toEqual({
      event: "ACK",
      payload: { req_event: "CHECK_ALIVE", success: true },
    });
    expect(await device.ask({ event: "UNREGISTER", payload: { uuid } })).toEqual({
      event: "ACK",
      payload: { req_event: "UNREGISTER", success: true },
    });
    expect(registry.devices).toHaveLength(1);
  });

  it("is answered as by an original where it asks for what no registry knows", async () => {
    const registry = await openRegistry();
    const device = python.start("registry_client.py", [registry.url]);

    expect(await device.ask({ event: "LIST_ALL", payload: {} })).toEqual({
      event: "UNSUPPORTED",
      payload: { req_event: "LIST_ALL" },
    });
  });

  it("lists devices and watches them", async () => {
    const registry = await openRegistry();
    const device = python.start("registry_client.py", [registry.url]);
    expect(await device.ask({ watch: true })).toMatchObject({ event: "WATCH_ACK" });
    await clientOf(registry.url).register(CAMERA);

    const fields = { device_type: "camera", addr: CAMERA.url, name: "cam" };
    expect(await device.next()).toEqual({ event: "DEVICE_ADDED", payload: { ...fields, seq: 1 } });
    expect(await device.ask({ event: "LIST_DEVICES", payload: {} })).toEqual({
      event: "DEVICES",
      payload: { devices: [fields], seq: 1 },
    });
  });
});
