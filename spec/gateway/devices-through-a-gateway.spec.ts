import { filter, firstValueFrom } from "rxjs";
import {
  CallAbortedError,
  clientOf,
  connect,
  ConnectionLostError,
  DeviceUnavailableError,
  RemoteError,
  type RpcServer,
  serve,
  ValidationError,
} from "../../lib/index";
import { Gateway, type GatewayDevice } from "../../lib/gateway/gateway-contract";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import { openGateway, type OpenedGateway } from "./open-gateway";
import { connectStage, Stage } from "./stage";

let device: Stage;
let server: RpcServer;
let opened: OpenedGateway;

async function serveStage(url = "tcp://127.0.0.1", name = "left/1"): Promise<RpcServer> {
  device = new Stage();
  return closing(await serve(device, { url, name, closeGraceMs: 100, logger: new RecordingLogger() }));
}

beforeEach(async () => {
  server = await serveStage();
  opened = await openGateway([{ name: "left/1", type: "stage", url: server.url }]);
});

const stageClient = (options?: Parameters<typeof connectStage>[1]) =>
  connectStage(opened.at("left/1"), options);

describe("a device through a gateway", () => {
  it("is called, read and set", async () => {
    const stage = stageClient();
    expect(await stage.double(21)).toBe(42);
    await stage.position.set(7);
    expect(device.position).toBe(7);
    expect(await stage.position.get()).toBe(7);
  });

  it("fails as the device fails", async () => {
    const stage = stageClient();
    await expect(stage.fail()).rejects.toThrow(
      new RemoteError("the motor is blocked", "", { device: "left/1", member: "fail" }),
    );
    await expect(stage.double("much" as never)).rejects.toBeInstanceOf(ValidationError);
  });

  it("gives bytes, takes arrays and tells progress", async () => {
    const stage = stageClient();
    const [bytes, info] = await stage.picture(200_000);
    expect([bytes.length, bytes[199_999], info]).toEqual([200_000, 7, { format: "raw" }]);
    expect(await stage.sum(new Float64Array([1, 2.5, 3]))).toBe(6.5);
    const run = stage.scan(3);
    const progress = firstValueFrom(run.progress$.pipe(filter((step) => step === 3)));
    expect([await progress, await run]).toEqual([3, "scanned"]);
  });

  it("streams at the pace of the reader, and hears of a reader who leaves", async () => {
    const stage = stageClient();
    const items: number[] = [];
    for await (const item of stage.count(5)) items.push(item);
    expect(items).toEqual([1, 2, 3, 4, 5]);
    for await (const item of stage.count(1_000_000)) if (item === 2) break;
    await eventually("the source has cleared up", () => device.journal.length === 2);
  });

  it("has one connection for all clients, and each gets the signals of its own calls before the reply", async () => {
    const [one, other] = [stageClient(), stageClient()];
    const heard: number[][] = [[], []];
    const subscriptions = [one, other].map((stage, index) =>
      stage.positionChanged.subscribe((value) => heard[index]?.push(value)),
    );
    await Promise.all([one.position.get(), other.position.get()]);
    await one.position.set(3);
    expect(heard[0]).toEqual([3]);
    await eventually("the other hears it too", () => heard[1]?.length === 1);
    subscriptions.forEach((subscription) => subscription.unsubscribe());
  });

  it("ends what a client gave up, and says so", async () => {
    const stage = stageClient();
    const controller = new AbortController();
    const call = clientOf(stage).call("wander", ["a"], {}, { signal: controller.signal });
    await eventually("it runs", () => device.journal.length === 1);
    controller.abort();
    await expect(call).rejects.toBeInstanceOf(CallAbortedError);
    await eventually("it was told", () => device.journal.length === 2);
    expect(device.journal[1]).toBe("a ended: the caller gave it up");
  });

  it("ends what runs for a client that is gone, and nothing of the others", async () => {
    const [gone, other] = [stageClient(), stageClient()];
    const lost = gone.wander("lost").catch((error: unknown) => error);
    await eventually("it runs", () => device.journal.length === 1);
    const waiting = other.double(4);
    await clientOf(gone).close();
    expect(await lost).toBeInstanceOf(ConnectionLostError);
    expect(await waiting).toBe(8);
    expect(device.journal[1]).toContain("lost ended: its caller is gone");
  });

  it("lets a method that is to go on run to its end though its caller is gone", async () => {
    const gone = stageClient();
    const call = gone.park().catch(() => undefined);
    await eventually("it runs", () => device.journal.length === 1);
    await clientOf(gone).close();
    await call;
    await stageClient().position.get();
    device.finish();
    await eventually("it came to its end", () => device.journal.includes("park ended"));
    expect(device.journal).toEqual(["park begun", "park ended"]);
  });

  it("does not begin what waits past its deadline", async () => {
    const [one, other] = [stageClient(), stageClient()];
    const run = one.wander("first").catch(() => undefined);
    await eventually("it runs", () => device.journal.length === 1);
    await expect(clientOf(other).call("wander", ["late"], {}, { timeoutMs: 200 })).rejects.toThrow(
      /no reply within 200 ms/,
    );
    await other.stop();
    await run;
    expect(await other.double(1)).toBe(2);
    expect(device.journal.filter((line) => line.startsWith("late"))).toEqual([]);
  });

  it("says who holds it up", async () => {
    const [one, other] = [stageClient(), stageClient()];
    const run = one.wander("long").catch(() => undefined);
    await eventually("it runs", () => device.journal.length === 1);
    await expect(clientOf(other).call("double", [1], {}, { timeoutMs: 300 })).rejects.toThrow(
      /has been running wander for .* called by console/,
    );
    await other.stop();
    await run;
  });

  it("counts the signals that a slow client misses", async () => {
    const narrow = await openGateway([{ name: "left/1", type: "stage", url: server.url }], {
      signalHighWaterMark: 50,
    });
    const stage = connectStage(narrow.at("left/1"));
    let [missed, heard] = [0, 0];
    clientOf(stage).missed$.subscribe(({ count }) => (missed += count));
    const subscription = stage.level.subscribe(() => (heard += 1));
    await stage.position.get();
    for (let value = 1; value <= 5_000; value++) device.level.next(value);
    await eventually("all are accounted for", () => heard + missed === 5_000, 10_000);
    expect(missed).toBeGreaterThan(0);
    subscription.unsubscribe();
  });

  it("is lost to its clients when the device is gone, and back with it", async () => {
    const stage = stageClient({ timeoutMs: 10_000 });
    const call = stage.wander("cut").catch((error: unknown) => error);
    await eventually("it runs", () => device.journal.length === 1);
    const states: string[] = [];
    clientOf(stage).state$.subscribe((state) =>
      states.push(state.kind === "connecting" ? `connecting: ${state.problem ?? ""}` : state.kind),
    );
    const { url } = server;
    await server.close();
    expect(await call).toBeInstanceOf(Error);
    await eventually("it is lost", () => states.some((state) => state.includes("the gateway lost left/1")));
    const late = clientOf(stage).call("double", [1], {}, { timeoutMs: 300 });
    await expect(late).rejects.toThrow(DeviceUnavailableError);
    server = await serveStage(url);
    expect(await stage.double(5)).toBe(10);
  });

  it("that is not there says so in time, with what is there", async () => {
    const stage = connectStage(opened.at("right"), { timeoutMs: 1_500 });
    await expect(stage.double(1)).rejects.toThrow(/"right".*known are left\/1/);
  });
});

describe("the gateway as a device", () => {
  it("lists the devices, how they are and when that began", async () => {
    const gateway = connect(Gateway, `${opened.gateway.url.replace(/^http/, "ws")}/gateway`, {
      logger: new RecordingLogger(),
    });
    closing(clientOf(gateway));
    const lists: GatewayDevice[][] = [];
    gateway.devicesChanged.subscribe((devices) => lists.push(devices));
    const find = async (name: string) => (await gateway.devices.get()).find((each) => each.name === name);
    await eventually("it is connected", async () => (await find("left/1"))?.state === "connected");
    expect(await find("left/1")).toMatchObject({
      type: "stage",
      address: server.url,
      road: "local",
    });
    expect(await gateway.access.get()).toBe("control");
    await server.close();
    await eventually("it is lost", () => lists.at(-1)?.[0]?.state === "lost");
  });
});
