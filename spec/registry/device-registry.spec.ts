import { type DeviceEvent } from "../../lib/discovery/device-directory";
import { AddressError } from "../../lib/errors";
import { DeviceRegistry } from "../../lib/registry/device-registry";
import { eventually } from "../support/eventually";
import { clientOf, next, openRegistry, reopenRegistry, silent } from "./loopback-registry";
import { RawRequest } from "./raw-request";

const CAMERA = { device_type: "camera", addr: "tcp://10.0.0.1:9000", name: "cam" };
const CAMERA_RECORD = { name: "cam", type: "camera", url: "tcp://10.0.0.1:9000" };

async function registryAndClient(): Promise<{ registry: DeviceRegistry; client: RawRequest }> {
  const registry = await openRegistry();
  return { registry, client: RawRequest.connect(registry.url) };
}

describe("a device registry", () => {
  it("tells its devices, and finds them, within its own process", async () => {
    const { registry, client } = await registryAndClient();
    await client.ask("REGISTER", CAMERA);
    await client.ask("REGISTER", { ...CAMERA, device_type: "arm", addr: "tcp://10.0.0.2:1", name: "arm" });

    expect(registry.devices).toHaveLength(2);
    expect(await registry.find({ type: "camera" })).toEqual([CAMERA_RECORD]);
    expect(await registry.find({ name: "cam" })).toEqual([CAMERA_RECORD]);
    expect(await registry.find({ name: "nobody" })).toEqual([]);
  });

  it("tells added and removed devices", async () => {
    const { registry, client } = await registryAndClient();
    const told = next(registry.changes$, 2);
    const { payload } = await client.ask("REGISTER", CAMERA);
    await client.ask("UNREGISTER", { uuid: payload.uuid });

    expect(await told).toEqual([
      { kind: "added", device: CAMERA_RECORD },
      { kind: "removed", device: CAMERA_RECORD },
    ]);
  });

  it("tells a replaced device as removed, then added", async () => {
    const { registry, client } = await registryAndClient();
    const told = next(registry.changes$, 3);
    await client.ask("REGISTER", CAMERA);
    await client.ask("REGISTER", { ...CAMERA, addr: "tcp://10.0.0.2:1", overwrite: true });

    expect((await told).map(({ kind, device }) => `${kind} ${device.url}`)).toEqual([
      "added tcp://10.0.0.1:9000",
      "removed tcp://10.0.0.1:9000",
      "added tcp://10.0.0.2:1",
    ]);
  });

  it("tells a device when its reply is on the way, not before", async () => {
    const { registry, client } = await registryAndClient();
    const order: string[] = [];
    registry.changes$.subscribe(({ kind }) => {
      // Whoever hears of the device finds it, and nothing can be told twice.
      order.push(`${kind} ${registry.devices.length}`);
    });
    await client.ask("REGISTER", CAMERA);
    await eventually("the device is told", () => order.length > 0);

    expect(order).toEqual(["added 1"]);
  });

  it("prunes a device that is not heard from, and tells it without being asked", async () => {
    const { registry, client } = await registryAndClient();
    const told = next(registry.changes$, 2);
    const { payload } = await client.ask("REGISTER", CAMERA);
    await client.ask("CHECK_ALIVE", { uuid: payload.uuid, alive_timeout: 0.05 });

    expect((await told)[1]).toEqual({ kind: "removed", device: CAMERA_RECORD });
    expect(registry.devices).toEqual([]);
    expect((await client.ask("CHECK_ALIVE", { uuid: payload.uuid })).payload.success).toBe(false);
  });

  it("lists devices by name and type, without their uuids", async () => {
    const { client } = await registryAndClient();
    const { payload } = await client.ask("REGISTER", CAMERA);
    const listed = { devices: [CAMERA], seq: 1 };

    expect(await client.ask("LIST_DEVICES")).toEqual({ event: "DEVICES", payload: listed });
    expect((await client.ask("LIST_DEVICES", { device_type: "camera" })).payload).toEqual(listed);
    expect((await client.ask("LIST_DEVICES", { name: "arm" })).payload.devices).toEqual([]);
    expect(await client.send('{"event":"LIST_DEVICES"}')).not.toContain(String(payload.uuid));
  });

  it("tells watchers where it publishes", async () => {
    const { client } = await registryAndClient();
    expect(await client.ask("WATCH", {})).toEqual({
      event: "WATCH_ACK",
      payload: { signal_port: expect.any(Number) },
    });
  });

  it("does not let a watcher wait for ever for a subscription that does not come", async () => {
    const { client } = await registryAndClient();
    expect(await client.ask("WATCH", { token: "nobody" })).toEqual({
      event: "ACK",
      payload: { req_event: "WATCH", success: false, error: "the subscription did not arrive" },
    });
  });

  it("refuses a device too many, with the reason", async () => {
    const registry = await openRegistry({ maxDevices: 1 });
    const client = RawRequest.connect(registry.url);
    await client.ask("REGISTER", CAMERA);

    expect(await client.ask("REGISTER", { ...CAMERA, addr: "tcp://10.0.0.2:1" })).toEqual({
      event: "ACK",
      payload: { req_event: "REGISTER", success: false, error: "the registry is full: it takes 1 devices" },
    });
  });

  it.each([
    ["no JSON", "REGISTER", ""],
    ["no object", "[]", ""],
    ["no event", "{}", ""],
    ["an event that is no text", '{"event":7}', ""],
    ["an unknown event", '{"event":"STOP_SERVER"}', "STOP_SERVER"],
    ["an event of an object's own", '{"event":"__proto__"}', "__proto__"],
  ])("answers %s with UNSUPPORTED", async (_, message, reqEvent) => {
    const { client } = await registryAndClient();
    expect(JSON.parse(await client.send(message))).toMatchObject({
      event: "UNSUPPORTED",
      payload: { req_event: reqEvent },
    });
  });

  it.each([
    ["REGISTER", [], '"payload" is no object'],
    ["REGISTER", {}, '"device_type" is no text'],
    ["REGISTER", { ...CAMERA, addr: " " }, '"addr" is empty'],
    ["REGISTER", { ...CAMERA, addr: "10.0.0.1\u0007" }, "control characters"],
    ["REGISTER", { ...CAMERA, addr: "tcp://a:1:2" }, "two different ports"],
    ["REGISTER", { ...CAMERA, name: "x".repeat(4_097) }, "more than 4096 characters"],
    ["REGISTER", { ...CAMERA, name: "a\u001b[2J" }, "control characters"],
    ["UNREGISTER", {}, '"uuid" is no text'],
    ["CHECK_ALIVE", { uuid: "a", alive_timeout: "20" }, '"alive_timeout" is no number of seconds'],
    ["LIST_DEVICES", { name: 3 }, '"name" is no text'],
    ["WATCH", { token: {} }, '"token" is no text'],
  ])("answers a %s that does not fit with ACK and the reason: %j", async (event, payload, reason) => {
    const { registry, client } = await registryAndClient();
    expect(await client.ask(event, payload)).toEqual({
      event: "ACK",
      payload: { req_event: event, success: false, error: expect.stringContaining(reason) },
    });
    expect(registry.devices).toEqual([]);
  });

  it.each(["10.0.0.1", "10.0.0.1:9000", "tcp://10.0.0.1", "cam-1.lab"])(
    "registers the address %s as it is, as the original does, and tells who looks it up",
    async (addr) => {
      const { registry, client } = await registryAndClient();
      const reply = await client.ask("REGISTER", { ...CAMERA, addr });

      expect(reply).toEqual({
        event: "REGISTER_ACK",
        payload: { name: "cam", uuid: expect.any(String) },
      });
      expect(await clientOf(registry.url).list()).toEqual([{ name: "cam", type: "camera", url: addr }]);
    },
  );

  it("takes a name of more than 255 characters, and puts a number behind it where it is taken", async () => {
    const { registry, client } = await registryAndClient();
    const name = "x".repeat(4_096);
    await client.ask("REGISTER", { ...CAMERA, name });
    await client.ask("REGISTER", { ...CAMERA, addr: "tcp://10.0.0.2:1", name });

    expect((await clientOf(registry.url).list()).map((device) => device.name)).toEqual([name, `${name}-1`]);
  });

  it.each([
    ["yes", "cam"],
    [1, "cam"],
    [["no"], "cam"],
    [0, "cam-1"],
    ["", "cam-1"],
    [[], "cam-1"],
    [{}, "cam-1"],
    [null, "cam-1"],
  ])("takes overwrite %j for what Python takes it for", async (overwrite, name) => {
    const { client } = await registryAndClient();
    await client.ask("REGISTER", CAMERA);
    const reply = await client.ask("REGISTER", { ...CAMERA, addr: "tcp://10.0.0.2:1", overwrite });

    expect(reply.payload.name).toBe(name);
  });

  it.each([0, -5])("answers an alive_timeout of %d, and prunes the device soon", async (alive_timeout) => {
    const { registry, client } = await registryAndClient();
    const told = next(registry.changes$, 2);
    const { payload } = await client.ask("REGISTER", CAMERA);

    expect(await client.ask("CHECK_ALIVE", { uuid: payload.uuid, alive_timeout })).toEqual({
      event: "ACK",
      payload: { req_event: "CHECK_ALIVE", success: true },
    });
    expect((await told)[1]).toEqual({ kind: "removed", device: CAMERA_RECORD });
  });

  it("answers a message of several frames and goes on", async () => {
    const { client } = await registryAndClient();
    expect(await client.send("one", "two")).toContain("UNSUPPORTED");
    expect((await client.ask("REGISTER", CAMERA)).event).toBe("REGISTER_ACK");
  });

  it("says which URL it could not bind", async () => {
    const { url } = await openRegistry();
    await expect(DeviceRegistry.open({ url })).rejects.toThrow(AddressError);
  });

  it("bound to every interface, has a URL for this computer", async () => {
    const registry = await openRegistry({ url: "tcp://*" });
    const { port } = /:(?<port>\d+)$/.exec(registry.url)!.groups!;

    expect(registry.localUrl).toBe(`tcp://127.0.0.1:${port}`);
    const client = RawRequest.connect(registry.localUrl);
    expect((await client.ask("LIST_DEVICES")).event).toBe("DEVICES");
  });

  it("ends its changes when it closes, and may be closed twice", async () => {
    const registry = await DeviceRegistry.open({ url: "tcp://127.0.0.1", logger: silent });
    const told: DeviceEvent[] = [];
    const ended = new Promise<void>((resolve) =>
      registry.changes$.subscribe({ next: (event) => told.push(event), complete: resolve }),
    );
    await Promise.all([registry.close(), registry.close()]);
    await ended;

    expect(told).toEqual([]);
    expect((await reopenRegistry(registry.url)).url).toBe(registry.url);
  });
});
