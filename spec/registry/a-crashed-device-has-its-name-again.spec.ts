import { join } from "node:path";
import { filter, firstValueFrom, timeout } from "rxjs";
import {
  generateKeys,
  JsonMethod,
  RegistryLease,
  type LeaseOptions,
  type LeaseState,
  RegistryUnsupportedError,
  type RpcServer,
  RpcService,
  serve,
  type ServeOptions,
} from "rigwire";
import { OwnName } from "../../lib/registry/own-name";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import { openTestEndpoint } from "../support/test-endpoint";
import { type TypeScriptChild, typeScriptProgram } from "../support/typescript-child";
import { clientOf, openRegistry, silent } from "./loopback-registry";

@RpcService({ type: "camera" })
class Camera {
  @JsonMethod()
  focus(): number {
    return 7;
  }
}

const deviceProgram = typeScriptProgram(join(__dirname, "programs/device.ts"));

async function startDevice(registryUrl: string): Promise<TypeScriptChild> {
  const device = deviceProgram.start([registryUrl, "20000"], { RIGWIRE_LOG: "silent" });
  while ((await device.next()) !== "registered");
  return device;
}

async function serveCamera(options: ServeOptions = {}): Promise<RpcServer> {
  return closing(
    await serve(new Camera(), { name: "cam", logger: silent, url: "tcp://127.0.0.1", ...options }),
  );
}

function lease(registryUrl: string, device: RpcServer, options: LeaseOptions = {}): RegistryLease {
  return closing(new RegistryLease(clientOf(registryUrl), device, { logger: silent, ...options }));
}

function registered(held: RegistryLease, name?: string): Promise<LeaseState> {
  const isThat = (state: LeaseState) =>
    state.kind === "registered" && (name === undefined || state.name === name);
  return firstValueFrom(held.state$.pipe(filter(isThat), timeout(8_000)));
}

describe("a device that comes back at another address", () => {
  it.each(["SIGKILL", "SIGSTOP"] as const)(
    "has its name at once after %s of the process before",
    async (signal) => {
      const registry = await openRegistry();
      const before = await startDevice(registry.url);
      const [{ url } = { url: "" }] = registry.devices;
      before.signal(signal);
      if (signal === "SIGKILL") await before.ended;
      await startDevice(registry.url);

      expect(registry.devices).toEqual([
        { name: "cam", type: "camera", url: expect.not.stringMatching(url) },
      ]);
    },
  );

  it("is told as removed, then added", async () => {
    const registry = await openRegistry();
    const before = await startDevice(registry.url);
    const told: string[] = [];
    registry.changes$.subscribe(({ kind, device }) => told.push(`${kind} ${device.name}`));
    before.signal("SIGKILL");
    await before.ended;
    await startDevice(registry.url);

    await eventually("both are told", () => told.length === 2);
    expect(told).toEqual(["removed cam", "added cam"]);
  });
});

describe("a device whose name another living one has", () => {
  it("is given another name, asks for its own, and tells when it has it", async () => {
    const registry = await openRegistry();
    const holder = await serveCamera();
    const first = lease(registry.url, holder);
    await registered(first);
    const device = await serveCamera();
    const logger = new RecordingLogger();
    const second = lease(registry.url, device, { aliveTimeoutMs: 300, logger });

    expect(await registered(second)).toMatchObject({ name: "cam-1", formerName: "cam" });
    await first.close();
    expect(await registered(second, "cam")).toMatchObject({ name: "cam", formerName: "cam-1" });
    expect(device.name).toBe("cam");
    expect(registry.devices).toEqual([{ name: "cam", type: "camera", url: device.url }]);
    expect(logger.lines).toEqual([
      "warn: another device is registered as cam: this one is cam-1",
      "warn: cam is free: the device that was cam-1 has its name now",
    ]);
  });

  it.each([
    ["is busy and answers nothing", () => openTestEndpoint(() => undefined)],
    [
      "has keys that the registry is not to know",
      () => serveCamera({ security: { keys: generateKeys(), allow: [] } }),
    ],
  ])("leaves it the name where the other %s", async (_, open) => {
    const registry = await openRegistry();
    const { url } = closing(await open());
    await clientOf(registry.url).register({ type: "camera", url, name: "cam" });

    expect(await registered(lease(registry.url, await serveCamera()))).toMatchObject({ name: "cam-1" });
    expect(registry.devices).toHaveLength(2);
  });

  it("has the name where a device of another name is at the address now", async () => {
    const registry = await openRegistry();
    const other = await serveCamera({ name: "other" });
    await clientOf(registry.url).register({ type: "camera", url: other.url, name: "cam" });

    expect(await registered(lease(registry.url, await serveCamera()))).toMatchObject({ name: "cam" });
  });

  it("has the other asked once, however many want its name at the same time", async () => {
    const registry = await openRegistry();
    let asked = 0;
    const holder = closing(await openTestEndpoint(() => (asked += 1)));
    await clientOf(registry.url).register({ type: "camera", url: holder.url, name: "cam" });
    const devices = await Promise.all([serveCamera(), serveCamera(), serveCamera()]);
    const states = await Promise.all(devices.map((device) => registered(lease(registry.url, device))));

    expect(states.map((state) => "name" in state && state.name).sort()).toEqual(["cam-1", "cam-2", "cam-3"]);
    expect(asked).toBe(1);
  });

  it("leaves it to one alone where several come back", async () => {
    const registry = await openRegistry();
    const gone = await serveCamera();
    await clientOf(registry.url).register({ type: "camera", url: gone.url, name: "cam" });
    await gone.close();
    const devices = await Promise.all([serveCamera(), serveCamera()]);
    const states = await Promise.all(devices.map((device) => registered(lease(registry.url, device))));

    expect(states.map((state) => "name" in state && state.name).sort()).toEqual(["cam", "cam-1"]);
  });

  it("does not keep the registry from answering others", async () => {
    const registry = await openRegistry();
    const holder = closing(await openTestEndpoint(() => undefined));
    const client = clientOf(registry.url);
    await client.register({ type: "camera", url: holder.url, name: "cam" });
    const order: string[] = [];
    const camera = { type: "camera", url: "tcp://127.0.0.1:1", name: "cam", askHolder: true };
    const accepted = client.register(camera).then(() => order.push("accepted"));
    await client.list().then(() => order.push("listed"));
    await accepted;

    expect(order).toEqual(["listed", "accepted"]);
  });
});

describe("the own name of a device at an original registry", () => {
  it("is asked for when a holder that is gone was pruned, then ever more rarely", async () => {
    let now = 0;
    jest.spyOn(performance, "now").mockImplementation(() => now);
    const client = clientOf("tcp://127.0.0.1:1");
    const list = jest.spyOn(client, "list").mockRejectedValue(new RegistryUnsupportedError("an original"));
    const name = new OwnName("cam", client);
    const asked: number[] = [];
    for (; now < 300_000; now += 1_000) {
      if (await name.isToBeAskedFor("cam-1", new AbortController().signal)) asked.push(now / 1_000);
    }
    jest.restoreAllMocks();

    expect(list).toHaveBeenCalledTimes(1);
    expect(asked[0]).toBeGreaterThanOrEqual(21);
    expect(asked).toHaveLength(3);
  });
});
