import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Subject } from "rxjs";
import { clientOf, connect, JsonMethod, RpcProperty, RpcService, serve, Signal } from "rigwire";
import { closing } from "../support/closing";
import { rawClient } from "../support/raw-client";
import { RecordingLogger } from "../support/recording-logger";

@RpcService()
class Device {
  @Signal(Number) readonly levelChanged = new Subject<number>();
  @RpcProperty({ notify: "levelChanged" }) level: number = 0;
  @JsonMethod() alive(): string {
    return "alive";
  }
}

const logger = new RecordingLogger();

describe("a server", () => {
  it("takes a free port of the range that originals take", async () => {
    const server = closing(await serve(new Device()));
    const port = Number(/^tcp:\/\/127\.0\.0\.1:(\d+)$/.exec(server.url)?.[1]);

    expect(port).toBeGreaterThanOrEqual(10_000);
    expect(port).toBeLessThanOrEqual(12_000);
  });

  it.each(["ipc:///tmp/rigwire-spec-RANDOM", "inproc://rigwire-spec-RANDOM", "tcp://localhost"])(
    "serves at %s",
    async (pattern) => {
      const server = closing(await serve(new Device(), { url: pattern.replace("RANDOM", token()) }));
      const remote = connect(Device, server.url, { logger });
      closing(clientOf(remote));

      expect(await remote.alive()).toBe("alive");
      const first = new Promise((resolve) => remote.levelChanged.subscribe(resolve));
      await remote.level.set(4);
      expect(await first).toBe(4);
    },
  );

  it("refuses an address that is taken, and leaves the device free", async () => {
    const taken = closing(await serve(new Device()));
    const device = new Device();

    await expect(serve(device, { url: taken.url })).rejects.toThrow(
      `cannot serve at ${taken.url}: another process has the address`,
    );
    closing(await serve(device));
  });

  it("refuses an object that is served already, until that server closed", async () => {
    const device = new Device();
    const server = await serve(device);

    await expect(serve(device)).rejects.toThrow("this Device is already served: close that server first");
    await server.close();
    closing(await serve(device));
  });

  it("refuses an object twice at once", async () => {
    const device = new Device();
    const [first, second] = await Promise.allSettled([serve(device), serve(device)]);

    if (first.status === "fulfilled") closing(first.value);
    expect([first.status, second.status]).toEqual(["fulfilled", "rejected"]);
  });

  it("serves two objects of one class apart", async () => {
    const devices = [new Device(), new Device()];
    const servers = await Promise.all(devices.map(async (device) => closing(await serve(device))));
    await rawClient(servers[0]!.url).set("level", 5);

    expect(devices.map(({ level }) => level)).toEqual([5, 0]);
  });
});

describe("a server that was closed", () => {
  it("answers nobody, and its address is free", async () => {
    const server = await serve(new Device());
    const { url } = server;
    await server.close();

    closing(await serve(new Device(), { url }));
    expect(await rawClient(url).call("alive")).toEqual({ success: true, result: "alive" });
  });

  it("leaves the subjects and properties of the device as they were", async () => {
    const device = new Device();
    const server = await serve(device);
    expect(device.levelChanged.observed).toBe(true);
    await server.close();
    device.level = 5;

    expect(device.levelChanged.observed).toBe(false);
    expect(Object.getOwnPropertyDescriptor(device, "level")).toEqual({
      value: 5,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  });

  it("leaves no file of its ipc address", async () => {
    const folder = await mkdtemp(join(tmpdir(), "rigwire-spec-"));
    closing({ close: () => rm(folder, { recursive: true }) });
    const server = closing(await serve(new Device(), { url: `ipc://${folder}/device` }));
    expect((await readdir(folder)).sort()).toEqual(["device", "device.signals"]);
    await server.close();

    expect(await readdir(folder)).toEqual([]);
  });

  it("cannot be shut out of its ipc address by another while it serves", async () => {
    const folder = await mkdtemp(join(tmpdir(), "rigwire-spec-"));
    closing({ close: () => rm(folder, { recursive: true }) });
    const url = `ipc://${folder}/device`;
    closing(await serve(new Device(), { url }));

    await expect(serve(new Device(), { url })).rejects.toThrow("another server has the address");
    expect(await rawClient(url).call("alive")).toEqual({ success: true, result: "alive" });
  });

  it("may be closed again, also at the same time", async () => {
    const server = await serve(new Device());
    await Promise.all([server.close(), server.close()]);
    await server.close();
    await server.closed;
  });

  it("is closed also where every client left before its reply", async () => {
    let finish: () => void = () => undefined;
    @RpcService()
    class Slow {
      @JsonMethod() async move(): Promise<void> {
        await new Promise<void>((resolve) => (finish = resolve));
      }
    }
    const server = closing(await serve(new Slow()));
    const remote = connect(Slow, server.url, { logger });
    const call = remote.move();
    await clientOf(remote).inventory();
    await clientOf(remote).close();
    await expect(call).rejects.toThrow("lost its connection");
    finish();

    await expect(server.close()).resolves.toBeUndefined();
  });

  it("is closed at the end of its block, with await using", async () => {
    const device = new Device();
    {
      await using server = await serve(device);
      expect(server.url).toMatch(/^tcp:/);
    }
    closing(await serve(device));
  });
});

describe("a server that could not start", () => {
  @RpcService()
  class Broken {
    @Signal(Number) readonly levelChanged = new Subject<number>();
    @Signal(Number) readonly missing = undefined;
    @RpcProperty({ notify: "levelChanged" }) level: number = 0;
  }

  it("leaves the device as it was", async () => {
    const device = new Broken();
    await expect(serve(device)).rejects.toThrow("Broken.missing is a @Signal, but holds nothing");

    expect(device.levelChanged.observed).toBe(false);
    expect(Object.getOwnPropertyDescriptor(device, "level")).toMatchObject({ value: 0, writable: true });
  });

  it("leaves the address free", async () => {
    const url = await freeUrl();
    await expect(serve(new Broken(), { url })).rejects.toThrow("Broken.missing");

    closing(await serve(new Device(), { url }));
  });

  it("tells a frozen object", async () => {
    await expect(serve(Object.freeze(new Device()))).rejects.toThrow(
      "Device.level cannot be watched: the object is frozen or sealed",
    );
  });

  it("tells a notify signal that cannot be made to emit", async () => {
    @RpcService()
    class Deaf {
      @Signal(Number) readonly levelChanged = new Subject<number>().asObservable();
      @RpcProperty({ notify: "levelChanged" }) level: number = 0;
    }

    await expect(serve(new Deaf())).rejects.toThrow(
      "Deaf.levelChanged tells a property's new value, so it must be a Subject",
    );
  });
});

describe("STOP_SERVER", () => {
  it("is refused, with the way to allow it", async () => {
    const server = closing(await serve(new Device()));
    const client = rawClient(server.url);

    expect(await client.ask({ event: "STOP_SERVER" })).toEqual({
      success: false,
      error: "this server may not be stopped remotely: its owner can allow it with allowRemoteStop: true",
      traceback: "",
    });
    expect(await client.call("alive")).toEqual({ success: true, result: "alive" });
  });

  it("is answered where it is allowed, then the server ends", async () => {
    const server = closing(await serve(new Device(), { allowRemoteStop: true }));

    expect(await rawClient(server.url).ask({ event: "STOP_SERVER" })).toEqual({ success: true });
    await server.closed;
    closing(await serve(new Device(), { url: server.url }));
  });
});

describe("FIND_PEER_ADDRESS", () => {
  it("is answered with a failure", async () => {
    const client = rawClient(closing(await serve(new Device())).url);

    expect(await client.ask({ event: "FIND_PEER_ADDRESS" })).toMatchObject({ success: false });
  });
});

describe("the inventory", () => {
  it("tells what an original tells, under the name of the server", async () => {
    const server = closing(await serve(new Device(), { name: "cam-1" }));
    const client = rawClient(server.url);
    const { rigwire, ...inventory } = await client.ask({ event: "GET_INVENTORY" });

    expect(inventory).toEqual({
      json_methods: { alive: 10_000 },
      buffer_methods: {},
      signals: ["levelChanged"],
      properties: ["level"],
      name: "cam-1",
    });
    expect(rigwire).toMatchObject({
      type: "device",
      version: expect.any(String),
      instance: expect.any(String),
      clock: expect.any(Number),
      signalPort: expect.any(Number),
      members: {
        level: { member: "level", type: "number", readonly: false, notify: "levelChanged" },
        levelChanged: { member: "levelChanged", arguments: ["number"] },
        alive: { member: "alive", concurrent: false, parameters: [] },
      },
    });
  });

  it("has no name until there is one, and then the new one", async () => {
    const server = closing(await serve(new Device()));
    const client = rawClient(server.url);
    expect(await client.ask({ event: "GET_INVENTORY" })).toMatchObject({ name: "" });
    server.name = "cam-2";

    expect(await client.ask({ event: "GET_INVENTORY" })).toMatchObject({ name: "cam-2" });
  });
});

async function freeUrl(): Promise<string> {
  const server = await serve(new Device());
  await server.close();
  return server.url;
}

function token(): string {
  return Math.random().toString(36).slice(2);
}
