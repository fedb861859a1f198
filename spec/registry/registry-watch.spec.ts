import { CHANGES } from "../../lib/registry/device-change";
import { type DeviceEvent } from "../../lib/discovery/device-directory";
import { RegistryUnsupportedError } from "../../lib/errors";
import { RegistryDirectory } from "../../lib/registry/registry-directory";
import { openTestEndpoint } from "../support/test-endpoint";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { clientOf, next, openRegistry, reopenRegistry } from "./loopback-registry";
import { type RawReply } from "./raw-request";

const CAMERA = { type: "camera", url: "tcp://10.0.0.1:9000", name: "cam" };
const ARM = { type: "arm", url: "tcp://10.0.0.2:9000", name: "arm" };

function collect(directory: RegistryDirectory): string[] {
  const told: string[] = [];
  const tell = ({ kind, device }: DeviceEvent) => told.push(`${kind} ${device.name} ${device.url}`);
  closing({
    close: (
      (subscription) => () =>
        subscription.unsubscribe()
    )(directory.changes$.subscribe(tell)),
  });
  return told;
}

describe("a directory over a registry elsewhere", () => {
  it("finds devices", async () => {
    const { url } = await openRegistry();
    const client = clientOf(url);
    await client.register(CAMERA);
    const directory = new RegistryDirectory(client);

    expect(await directory.find({ type: "camera" })).toEqual([CAMERA]);
    expect(await directory.find({ name: "arm" })).toEqual([]);
  });

  it("tells devices as they come and go", async () => {
    const { url } = await openRegistry();
    const directory = new RegistryDirectory(clientOf(url));
    const told = next(directory.changes$, 2);
    await directory.find({});
    const device = clientOf(url);
    const { uuid } = await device.register(CAMERA);
    await device.unregister(uuid);

    expect(await told).toEqual([
      { kind: "added", device: CAMERA },
      { kind: "removed", device: CAMERA },
    ]);
  });

  it("misses no device between a watch that begins and a look", async () => {
    const { url } = await openRegistry();
    const device = clientOf(url);
    for (let port = 1; port <= 20; port++) {
      const directory = new RegistryDirectory(clientOf(url));
      const told = collect(directory);
      const found = directory.find({ name: `cam${port}` });
      const registered = device.register({ ...CAMERA, url: `tcp://10.0.0.1:${port}`, name: `cam${port}` });

      await registered;
      if ((await found).length === 0) await eventually("the device is told", () => told.length > 0);
    }
  });

  it("tells the devices that are known already to nobody", async () => {
    const { url } = await openRegistry();
    const client = clientOf(url);
    await client.register(CAMERA);
    const directory = new RegistryDirectory(client);
    const told = collect(directory);
    await directory.find({});
    await client.register(ARM);
    await eventually("the next device is told", () => told.length > 0);

    expect(told).toEqual(["added arm tcp://10.0.0.2:9000"]);
  });

  it("shares one watch, which ends with its last subscriber", async () => {
    const { url } = await openRegistry();
    const client = clientOf(url);
    const both = Promise.all([next(client.watch()), next(client.watch())]);
    await client.list();
    await client.register(CAMERA);

    expect(await both).toHaveLength(2);
    const again = next(client.watch());
    await client.list();
    await client.register(ARM);
    expect(await again).toEqual([{ kind: "added", device: ARM }]);
  });

  it("goes on after a restart of the registry, and tells the differences", async () => {
    const first = await openRegistry();
    const device = clientOf(first.url);
    const directory = new RegistryDirectory(clientOf(first.url));
    const told = collect(directory);
    await directory.find({});
    await device.register(CAMERA);
    await eventually("the device is told", () => told.length === 1);
    await first.close();
    const second = await reopenRegistry(first.url);
    await eventually("its loss is told", () => told.length === 2);
    await device.register({ ...CAMERA, url: "tcp://10.0.0.1:9001" });
    await eventually("its return is told", () => told.length === 3);

    expect(told).toEqual([
      "added cam tcp://10.0.0.1:9000",
      "removed cam tcp://10.0.0.1:9000",
      "added cam tcp://10.0.0.1:9001",
    ]);
    expect(second.devices).toHaveLength(1);
  });

  it("lists anew when it sees that a change is missing", async () => {
    const listed = [[], [CAMERA, ARM]];
    const devices = (index: number) =>
      listed[index]!.map(({ name, type, url }) => ({ name, device_type: type, addr: url }));
    let lists = 0;
    // A registry whose first change never arrives.
    const endpoint = closing(
      await openTestEndpoint((request) => {
        const { body } = request;
        const { event, payload } = JSON.parse(Buffer.from(body as Uint8Array).toString()) as RawReply;
        const answer = (name: string, content: object) =>
          request.reply([JSON.stringify({ event: name, payload: content })]);
        if (event === "LIST_DEVICES") {
          const index = lists++;
          answer("DEVICES", { devices: devices(Math.min(index, 1)), seq: index * 2 });
        } else if (payload.token === undefined) answer("WATCH_ACK", { signal_port: endpoint.signalPort });
        else {
          void endpoint.subscriptionsArrived(payload.token as string, 5_000).then((hasArrived) => {
            if (hasArrived) answer("WATCH_ACK", { signal_port: endpoint.signalPort });
          });
        }
      }),
    );
    const client = clientOf(endpoint.url);
    const told = next(client.watch(), 2);
    await eventually("the first list", () => lists === 1);
    await client.list();
    lists = 1;
    endpoint.publish(
      CHANGES,
      JSON.stringify({ event: "DEVICE_ADDED", payload: { ...devices(1)[1], seq: 2 } }),
    );

    expect((await told).map(({ device }) => device.name)).toEqual(["cam", "arm"]);
  });

  it("fails by an original, and says so", async () => {
    const endpoint = closing(
      await openTestEndpoint((request) =>
        request.reply(['{"event": "UNSUPPORTED", "payload": {"req_event": "WATCH"}}']),
      ),
    );
    await expect(next(clientOf(endpoint.url).watch())).rejects.toThrow(RegistryUnsupportedError);
  });

  it("completes when its client closes, and at once where it is closed already", async () => {
    const { url } = await openRegistry();
    const client = clientOf(url);
    const completed = new Promise<void>((resolve) => client.watch().subscribe({ complete: resolve }));
    await client.list();
    await client.close();
    await completed;
    await new Promise<void>((resolve) => client.watch().subscribe({ complete: resolve }));
  });

  it("waits for a registry that is not there yet", async () => {
    const registry = await openRegistry();
    await registry.close();
    const directory = new RegistryDirectory(clientOf(registry.url));
    const told = collect(directory);
    const found = directory.find({});
    await reopenRegistry(registry.url);
    expect(await found).toEqual([]);
    await clientOf(registry.url).register(CAMERA);
    await eventually("the device is told", () => told.length === 1);
  });
});
