import { NEVER } from "rxjs";
import {
  clientOf,
  connect,
  DeviceList,
  type DeviceRecord,
  DeviceUnavailableError,
  DirectoryModule,
  JsonMethod,
  type Remote,
  RegistryModule,
  RigApp,
  type RigModule,
  RpcService,
  RpycRegistryModule,
  serve,
  type ServeOptions,
  TcpRegistryServer,
  withOptions,
} from "rigwire";
import { deviceSearch } from "../../lib/discovery/device-search";
import { RpycRegistration } from "../../lib/rpyc/client/rpyc-registration";
import { TcpRegistryClient } from "../../lib/rpyc/client/tcp-registry-client";
import { clientOf as registryClient, openRegistry, silent } from "../registry/loopback-registry";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";

@RpcService({ type: "stage" })
class Stage {
  moves = 0;
  @JsonMethod()
  moveTo(): number {
    return ++this.moves;
  }
}

/** It has a member less than a stage. */
@RpcService({ type: "lamp" })
class Lamp {
  @JsonMethod()
  shine(): void {
    return undefined;
  }
}

async function serveStage(name: string, options: ServeOptions = {}) {
  const stage = new Stage();
  const server = closing(await serve(stage, { name, logger: silent, url: "tcp://127.0.0.1", ...options }));
  return { stage, server, url: server.url };
}

async function appWith(...modules: RigModule[]): Promise<RigApp> {
  const app = closing(new RigApp({ logger: silent }));
  for (const module of modules) app.use(module);
  return app.start();
}

function stageOf(app: RigApp, name: string | undefined, timeoutMs = 8_000): Remote<Stage> {
  return withOptions(app.client(Stage, name), { timeoutMs });
}

const record = (name: string, url: string, type = "stage"): DeviceRecord => ({ name, type, url });

describe("a client by name", () => {
  it("does not command the device that was given the address of the one it asks for", async () => {
    const right = await serveStage("right");
    const app = await appWith(DirectoryModule.fixed([record("left", right.url)]));
    const moved = stageOf(app, "left", 500).moveTo();

    await expect(moved).rejects.toThrow(DeviceUnavailableError);
    await expect(moved).rejects.toThrow(/moveTo was not sent.*the device there is "right".*not "left"/);
    expect(right.stage.moves).toBe(0);
  });

  it("says who is there also where that device lacks what the contract asks for", async () => {
    const lamp = closing(await serve(new Lamp(), { name: "lamp", logger: silent, url: "tcp://127.0.0.1" }));
    const app = await appWith(DirectoryModule.fixed([record("left", lamp.url)]));

    await expect(stageOf(app, "left", 500).moveTo()).rejects.toThrow(/"lamp" of type "lamp", not "left"/);
  });

  it("goes on searching, and finds the device where another place knows it", async () => {
    const [left, right] = [await serveStage("left"), await serveStage("right")];
    const outdated = DirectoryModule.fixed([record("left", right.url)]);
    const app = await appWith(outdated, DirectoryModule.fixed([record("left", left.url)]));

    expect(await stageOf(app, "left").moveTo()).toBe(1);
    expect([left.stage.moves, right.stage.moves]).toEqual([1, 0]);
  });

  it("finds the device when it is at its address again", async () => {
    const right = await serveStage("right");
    const app = await appWith(DirectoryModule.fixed([record("left", right.url)]));
    const stage = stageOf(app, "left");
    const problems: string[] = [];
    clientOf(stage).state$.subscribe((state) => {
      if (state.kind === "connecting" && state.problem !== undefined) problems.push(state.problem);
    });
    const moved = stage.moveTo();
    await eventually("the other device is found out", () => problems.length > 0);
    await right.server.close();
    const left = await serveStage("left", { url: right.url });

    expect(await moved).toBe(1);
    expect([left.stage.moves, right.stage.moves]).toEqual([1, 0]);
  });

  it("is not told apart from a device without a name, as an original is until a registry accepted it", async () => {
    const nameless = await serveStage("");
    const app = await appWith(DirectoryModule.fixed([record("left", nameless.url)]));
    expect(await stageOf(app, "left").moveTo()).toBe(1);
  });

  it("is not misled by a registry that still holds an address", async () => {
    const registry = await openRegistry();
    const right = await serveStage("right");
    await registryClient(registry.url).register({ type: "stage", url: right.url, name: "left" });
    const app = await appWith(RegistryModule.connect(registry.url, { logger: silent }));

    await expect(stageOf(app, "left", 800).moveTo()).rejects.toThrow(/"right" of type "stage", not "left"/);
    expect(right.stage.moves).toBe(0);
  });

  it("is compared again on every connection", async () => {
    const left = await serveStage("left");
    const app = await appWith(DirectoryModule.fixed([record("left", left.url)]));
    const stage = stageOf(app, "left", 2_000);
    await stage.moveTo();
    await left.server.close();
    const right = await serveStage("right", { url: left.url });

    await eventually("the other device is found out", async () => {
      const outcome = await stage.moveTo().catch((error: unknown) => String(error));
      return String(outcome).includes("right");
    });
    expect(right.stage.moves).toBe(0);
  });
});

describe("a client by type", () => {
  it("does not command a device of another type", async () => {
    const lamp = closing(await serve(new Lamp(), { name: "left", logger: silent, url: "tcp://127.0.0.1" }));
    const app = await appWith(DirectoryModule.fixed([record("left", lamp.url)]));
    await expect(stageOf(app, undefined, 500).moveTo()).rejects.toThrow(
      /"left" of type "lamp", not a device of type "stage"/,
    );
  });
});

describe("a client by the names of an RPyC registry", () => {
  const host = "127.0.0.1";

  async function registered(names: readonly string[], url: string) {
    const registry = closing(await TcpRegistryServer.listen({ host, port: 0, logger: silent }));
    const client = new TcpRegistryClient({ host, port: registry.port });
    const port = Number(new URL(url).port);
    closing(new RpycRegistration(client, { names, port, logger: silent }));
    await eventually("it is registered", () => registry.services.size === names.length);
    return appWith(RpycRegistryModule.tcp({ host, port: registry.port, logger: silent }));
  }

  it("does not command another device", async () => {
    const right = await serveStage("right");
    const app = await registered(["left"], right.url);
    await expect(stageOf(app, "left", 800).moveTo()).rejects.toThrow(/"right" of type "stage", not "left"/);
    expect(right.stage.moves).toBe(0);
  });

  it.each(["left", "LEFT", "stage"])("takes %s for the device's name, or for its type", async (asked) => {
    const left = await serveStage("left");
    const app = await registered([asked], left.url);
    expect(await stageOf(app, asked).moveTo()).toBe(1);
  });
});

describe("the search for a device", () => {
  it("tries the wrong addresses in turn where there is no right one", async () => {
    const [one, two] = [await serveStage("one"), await serveStage("two")];
    const list = new DeviceList([record("left", one.url)]);
    const search = deviceSearch({ find: (query) => list.find(query), changes$: NEVER }, { name: "left" });
    const tried: string[] = [];
    const stage = connect(
      Stage,
      async (signal, tell) => {
        const found = await search(signal, tell);
        tried.push(typeof found === "string" ? found : found.url);
        if (tried.length === 1) list.add(record("left", two.url));
        return found;
      },
      { logger: silent },
    );
    closing(clientOf(stage));
    const moved = withOptions(stage, { timeoutMs: 3_000 }).moveTo();
    moved.catch(() => undefined);
    await eventually("several were tried", () => tried.length >= 4);

    expect(tried.slice(0, 4)).toEqual([one.url, two.url, one.url, two.url]);
    await expect(moved).rejects.toThrow(DeviceUnavailableError);
  });
});
