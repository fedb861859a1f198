import { Dealer } from "zeromq";
import { type DeviceRegistry } from "../../lib/registry/device-registry";
import { sourceOf } from "../../lib/registry/registration-quota";
import { RegistryLease } from "../../lib/registry/registry-lease";
import { clientOf, openRegistry, silent } from "../registry/loopback-registry";
import { RawRequest } from "../registry/raw-request";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";

jest.setTimeout(60_000);

const MANY = 65_536;

/** A client of the registry that connects from another address of this computer. */
function from(address: string, { url }: DeviceRegistry): RawRequest {
  return RawRequest.connect(url.replace("tcp://", `tcp://${address}:0;`));
}

const device = (port: number) => ({ device_type: "camera", addr: `tcp://10.0.0.1:${port}`, name: "cam" });

describe("a registry", () => {
  it("takes so many devices from one address, and those of others all the same", async () => {
    const registry = await openRegistry({ maxDevicesPerAddress: 3 });
    const crowd = from("127.0.0.1", registry);
    for (let port = 1; port <= 3; port++) await crowd.ask("REGISTER", device(port));

    const { payload } = await crowd.ask("REGISTER", device(4));
    const honest = await from("127.0.0.2", registry).ask("REGISTER", device(5));

    expect(payload).toEqual({
      req_event: "REGISTER",
      success: false,
      error: "the registry takes 3 devices from 127.0.0.1 (maxDevicesPerAddress)",
    });
    expect(honest.event).toBe("REGISTER_ACK");
  });

  it("lets a device register again where its address has no room for another", async () => {
    const registry = await openRegistry({ maxDevicesPerAddress: 1 });
    const client = from("127.0.0.1", registry);
    await client.ask("REGISTER", device(1));

    expect((await client.ask("REGISTER", device(1))).event).toBe("REGISTER_ACK");
    expect(registry.devices).toHaveLength(1);
  });

  it("has room again when a device leaves", async () => {
    const registry = await openRegistry({ maxDevicesPerAddress: 1 });
    const client = from("127.0.0.1", registry);
    const { payload } = await client.ask("REGISTER", device(1));
    await client.ask("UNREGISTER", { uuid: payload.uuid });

    expect((await client.ask("REGISTER", device(2))).event).toBe("REGISTER_ACK");
  });

  it("bounds the length of what one address registers", async () => {
    const registry = await openRegistry({ maxDevicesPerAddress: 100 });
    const client = from("127.0.0.1", registry);
    const long = "x".repeat(4_000);
    let accepted = 0;
    for (let port = 1; port <= 100; port++) {
      const { event } = await client.ask("REGISTER", { ...device(port), name: `${long}${port}` });
      if (event === "REGISTER_ACK") accepted += 1;
    }

    expect(accepted).toBeLessThan(20);
  });

  it("tells a device that asks for a day how long it may stay away", async () => {
    const registry = await openRegistry();
    const client = from("127.0.0.1", registry);
    const { payload } = await client.ask("REGISTER", device(1));
    const checkIn = async (alive_timeout: number) =>
      (await client.ask("CHECK_ALIVE", { uuid: payload.uuid, alive_timeout })).payload;

    expect(await checkIn(86_400)).toEqual({ req_event: "CHECK_ALIVE", success: true, alive_timeout: 600 });
    expect(await checkIn(600)).toEqual({ req_event: "CHECK_ALIVE", success: true });
  });

  it("keeps a device of a lease that asks for longer than it allows", async () => {
    const registry = await openRegistry({ maxAliveTimeoutMs: 300 });
    const client = clientOf(registry.url);
    const served = { name: "cam", url: "tcp://127.0.0.1:9", contract: { type: "camera" } };
    const lease = closing(new RegistryLease(client, served, { aliveTimeoutMs: 60_000, logger: silent }));
    const checkAlive = jest.spyOn(client, "checkAlive");

    await eventually(
      "it has checked in for twice what it is allowed",
      () => checkAlive.mock.calls.length >= 7,
    );

    expect(lease.state.kind).toBe("registered");
  });

  it(`answers 20 lists of ${MANY} devices at once, made once`, async () => {
    const registry = await openRegistry({ maxDevicesPerAddress: MANY });
    const crowd = closing(new Dealer({ linger: 0, sendHighWaterMark: 0, receiveHighWaterMark: 0 }));
    crowd.connect(registry.url);
    for (let port = 0; port < MANY; port++) {
      const payload = {
        ...device(0),
        addr: `tcp://10.0.${port >> 8}.1:${(port & 255) + 1}`,
        name: `cam-${port}`,
      };
      await crowd.send(["", JSON.stringify({ event: "REGISTER", payload })]);
    }
    for (let count = 0; count < MANY; count++) await crowd.receive();
    const clients = Array.from({ length: 20 }, () => RawRequest.connect(registry.url));
    await Promise.all(clients.map((client) => client.ask("CHECK_ALIVE", { uuid: "none" })));

    const begunAt = performance.now();
    const lists = await Promise.all(clients.map((client) => client.send('{"event":"LIST_DEVICES"}')));
    const tookMs = Math.round(performance.now() - begunAt);

    process.stdout.write(`20 lists of ${MANY} devices: ${tookMs} ms\n`);
    const [list = ""] = lists;
    expect((JSON.parse(list) as { payload: { devices: unknown[] } }).payload.devices).toHaveLength(MANY);
    expect(lists.every((each) => each === list)).toBe(true);
    // A second on a machine that does nothing else.
    expect(tookMs).toBeLessThan(5_000);
  });
});

it.each([
  ["10.0.0.7", "10.0.0.7"],
  ["::ffff:10.0.0.7", "10.0.0.7"],
  ["fe80::1:2%eth0", "fe80:0:0:0::/64"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
])("devices from %s are counted with those of %s", (address, source) => {
  expect(sourceOf(address)).toBe(source);
});
