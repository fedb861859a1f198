import { Subject } from "rxjs";
import {
  AmbiguousDeviceError,
  Arg,
  DeviceList,
  DeviceUnavailableError,
  DirectoryModule,
  injectable,
  InjectClient,
  JsonMethod,
  type Remote,
  RigApp,
  type RigModule,
  RpcService,
  serve,
  Signal,
  withOptions,
} from "rigwire";
import { closing } from "../support/closing";

@RpcService({ type: "turntable" })
class Turntable {
  @Signal(Number) readonly moved = new Subject<number>();

  @JsonMethod()
  rotateTo(@Arg("degrees") degrees: number): number {
    return degrees;
  }
}

@injectable()
class ScanService {
  constructor(
    @InjectClient(Turntable, "table-1") readonly named: Remote<Turntable>,
    @InjectClient(Turntable) readonly only: Remote<Turntable>,
    @InjectClient(() => Turntable) readonly later: Remote<Turntable>,
  ) {}
}

@injectable()
@RpcService()
class Controller {
  constructor(@InjectClient(Turntable) private readonly turntable: Remote<Turntable>) {}

  @JsonMethod()
  halfTurn(): Promise<number> {
    return this.turntable.rotateTo(180);
  }
}

const record = (name: string, url: string) => ({ name, type: "turntable", url });

describe("an app", () => {
  it("injects a device by name, and the only one of its type", async () => {
    const server = closing(await serve(new Turntable(), { name: "table-1" }));
    const app = closing(new RigApp().use(DirectoryModule.fixed([record("table-1", server.url)])));
    await app.start();
    const service = app.resolve(ScanService);
    expect(await service.named.rotateTo(10)).toBe(10);
    expect(await service.only.rotateTo(20)).toBe(20);
    expect(await service.later.rotateTo(30)).toBe(30);
  });

  it("serves a class that it makes itself, with its own devices injected", async () => {
    const app = closing(
      new RigApp().serve(Turntable, { name: "table-1" }).serve(Controller, { name: "main" }),
    );
    await app.start();
    expect(await app.client(Controller).halfTurn()).toBe(180);
    expect(app.servers.map(({ name }) => name)).toEqual(["table-1", "main"]);
  });

  it("injects the served object itself where its class is asked for", async () => {
    const app = closing(new RigApp().serve(Turntable));
    await app.start();
    expect(app.resolve(Turntable)).toBe(app.resolve(Turntable));
  });

  it("gives everybody the same remote for the same device", async () => {
    const app = closing(new RigApp());
    expect(app.client(Turntable, "table-1")).toBe(app.resolve(ScanService).named);
  });

  it("waits for a device that is not there yet", async () => {
    const devices = new DeviceList();
    const app = closing(await new RigApp().use(DirectoryModule.of(devices)).start());
    const call = app.client(Turntable, "table-1").rotateTo(5);
    const server = closing(await serve(new Turntable()));
    devices.add(record("table-1", server.url));
    expect(await call).toBe(5);
  });

  it("follows a device that comes back under another address", async () => {
    const devices = new DeviceList();
    const app = closing(await new RigApp().use(DirectoryModule.of(devices)).start());
    const table = app.client(Turntable, "table-1");
    const first = await serve(new Turntable());
    const remove = devices.add(record("table-1", first.url));
    expect(await table.rotateTo(1)).toBe(1);
    await first.close();
    remove();
    const second = closing(await serve(new Turntable()));
    devices.add(record("table-1", second.url));
    expect(await table.rotateTo(2)).toBe(2);
  });

  it("tells what is there when a name is unknown", async () => {
    const app = closing(new RigApp().use(DirectoryModule.fixed([record("table-1", "tcp://127.0.0.1:9")])));
    await app.start();
    const call = withOptions(app.client(Turntable, "table-9"), { timeoutMs: 100 }).rotateTo(1);
    await expect(call).rejects.toThrow(DeviceUnavailableError);
    await expect(call).rejects.toThrow(
      /no device "table-9": known are table-1 \(turntable, tcp:\/\/127.0.0.1:9\)/,
    );
  });

  it("refuses at once to choose between two devices of one type", async () => {
    const two = [record("table-1", "tcp://127.0.0.1:9"), record("table-2", "tcp://127.0.0.1:10")];
    const app = closing(await new RigApp().use(DirectoryModule.fixed(two)).start());
    const call = app.client(Turntable).rotateTo(1);
    await expect(call).rejects.toThrow(AmbiguousDeviceError);
    await expect(call).rejects.toThrow(/table-1.*table-2/);
  });
});

describe("an app's life", () => {
  function part(
    name: string,
    story: string[],
    start: () => Promise<void> = () => Promise.resolve(),
  ): RigModule {
    return {
      name,
      start: async () => {
        await start();
        story.push(`start ${name}`);
        return {
          close: async () => {
            story.push(`close ${name}`);
          },
        };
      },
    };
  }

  it("starts in order and stops in reverse, once", async () => {
    const story: string[] = [];
    const app = new RigApp().use(part("a", story)).use(part("b", story));
    await app.start();
    await Promise.all([app.close(), app.close()]);
    expect(story).toEqual(["start a", "start b", "close b", "close a"]);
  });

  it("stops what had started when a part fails to start, and tells that part's error", async () => {
    const story: string[] = [];
    const failing = part("b", story, () => Promise.reject(new Error("no camera on the bus")));
    const app = new RigApp().use(part("a", story)).use(failing).use(part("c", story));
    await expect(app.start()).rejects.toThrow("no camera on the bus");
    expect(story).toEqual(["start a", "close a"]);
  });

  it("announces each device through every module, and takes it back before the server closes", async () => {
    const story: string[] = [];
    const announcing = (name: string): RigModule => ({
      name,
      start: async () => ({
        announce: async ({ server }) => {
          story.push(`${name} announces ${server.name}`);
          return { close: async () => void story.push(`${name} takes ${server.name} back`) };
        },
        close: async () => undefined,
      }),
    });
    const app = new RigApp().use(announcing("a")).use(announcing("b")).serve(new Turntable(), { name: "t" });
    await app.start();
    void app.servers[0]?.closed.then(() => story.push("server closed"));
    await app.close();
    expect(story).toEqual([
      "a announces t",
      "b announces t",
      "b takes t back",
      "a takes t back",
      "server closed",
    ]);
  });

  it("stops what is just starting when it is closed meanwhile", async () => {
    const story: string[] = [];
    let release: () => void = () => undefined;
    const slow = part("slow", story, () => new Promise((resolve) => (release = resolve)));
    const app = new RigApp().use(slow);
    const starting = app.start();
    const closed = app.close();
    release();
    await expect(starting).rejects.toThrow("closed while it was starting");
    await closed;
    expect(story).toEqual(["start slow", "close slow"]);
  });

  it("refuses to be put together after it was started", async () => {
    const app = closing(await new RigApp().start());
    expect(() => app.use(part("late", []))).toThrow(/use\(late\): the app is already started/);
    await expect(app.start()).rejects.toThrow("already started");
  });

  it("closes on SIGTERM only if asked, and leaves no handler behind", async () => {
    const before = process.listenerCount("SIGTERM");
    const quiet = closing(await new RigApp().start());
    expect(process.listenerCount("SIGTERM")).toBe(before);
    await quiet.close();
    const app = await new RigApp({ closeOnSignals: true }).start();
    process.emit("SIGTERM");
    await app.closed;
    expect(process.listenerCount("SIGTERM")).toBe(before);
  });
});

it("@InjectClient without a class says why that may be", () => {
  const missing = undefined as unknown as typeof Turntable;
  expect(() => InjectClient(missing)).toThrow("do two files import each other?");
});
