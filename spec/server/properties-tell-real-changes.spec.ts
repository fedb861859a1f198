import { BehaviorSubject, merge, Subject } from "rxjs";
import { RpcProperty, RpcService, serve, Signal } from "rigwire";
import { closing } from "../support/closing";
import { rawClient } from "../support/raw-client";
import { RecordingLogger } from "../support/recording-logger";

interface Config {
  gain?: number;
  roi?: number[];
}

@RpcService()
class Camera {
  @Signal(String) readonly modeChanged = new Subject<string>();
  @Signal(Number) readonly gainChanged = new Subject<number>();
  @Signal(Object) readonly configChanged = new Subject<Config>();
  @Signal() readonly levelChanged = new Subject<number>();
  @Signal(Number) readonly angleChanged = new BehaviorSubject(0);

  @RpcProperty({ notify: "modeChanged" }) mode: string = "STILL";
  @RpcProperty({ notify: "angleChanged" }) angle: number = 0;
  @RpcProperty({ notify: "levelChanged" }) level: number = 0;

  #gain = 1;
  @RpcProperty({ notify: "gainChanged" })
  get gain(): number {
    return this.#gain;
  }
  set gain(value: number) {
    this.#gain = Math.min(value, 10);
  }

  readonly #config: Config = {};
  @RpcProperty({ notify: "configChanged" })
  get config(): Config {
    return this.#config;
  }
  set config(value: Config) {
    Object.assign(this.#config, value);
  }

  #quiet = 0;
  @RpcProperty({ notify: "gainChanged", autoNotify: false })
  get quiet(): number {
    return this.#quiet;
  }
  set quiet(value: number) {
    this.#quiet = value;
    this.gainChanged.next(-value);
  }
}

async function serveCamera() {
  const camera = new Camera();
  const logger = new RecordingLogger();
  const server = closing(await serve(camera, { logger }));
  const told: unknown[] = [];
  merge(camera.modeChanged, camera.gainChanged, camera.configChanged).subscribe((value) =>
    told.push(structuredClone(value)),
  );
  return { camera, server, logger, told, client: rawClient(server.url) };
}

describe("a property with a notify signal", () => {
  it("tells a value that was set remotely", async () => {
    const { client, told, camera } = await serveCamera();

    expect(await client.set("mode", "VIDEO")).toEqual({ success: true });
    expect(told).toEqual(["VIDEO"]);
    expect(camera.mode).toBe("VIDEO");
  });

  it("tells a value that the device sets itself", async () => {
    const { camera, told, client } = await serveCamera();
    camera.mode = "VIDEO";
    camera.gain = 5;

    expect(told).toEqual(["VIDEO", 5]);
    expect(await client.get("mode")).toEqual({ success: true, value: "VIDEO" });
  });

  it("tells nothing where the value stays", async () => {
    const { camera, told, client } = await serveCamera();
    await client.set("mode", "STILL");
    camera.mode = "STILL";
    camera.gain = NaN;
    camera.gain = NaN;

    expect(told).toEqual([NaN]);
  });

  it("tells what is read back, which its setter may have bounded", async () => {
    const { told, client } = await serveCamera();
    await client.set("gain", 50);
    await client.set("gain", 60);

    expect(told).toEqual([10]);
  });

  it("tells structured values by what is in them, also when they are changed in place", async () => {
    const { told, client, camera } = await serveCamera();
    await client.set("config", { gain: 1 });
    await client.set("config", { gain: 1 });
    await client.set("config", { roi: [1, 2] });
    await client.set("config", { roi: [1, 2] });
    camera.config = { roi: [1, 3] };

    expect(told).toEqual([{ gain: 1 }, { gain: 1, roi: [1, 2] }, { gain: 1, roi: [1, 3] }]);
  });

  it("leaves it to a setter that emits by itself", async () => {
    const { told, client } = await serveCamera();
    await client.set("quiet", 3);

    expect(told).toEqual([-3]);
  });

  it("is set all the same where its change cannot be told", async () => {
    const { camera, client, logger } = await serveCamera();
    camera.modeChanged.unsubscribe();

    expect(await client.set("mode", "VIDEO")).toEqual({ success: true });
    expect(camera.mode).toBe("VIDEO");
    expect(logger.lines).toEqual([
      "error: Camera.mode was set, but its change could not be told: object unsubscribed",
    ]);
  });

  it("is set all the same where the signal declares other arguments", async () => {
    const { client, logger } = await serveCamera();

    expect(await client.set("level", 5)).toEqual({ success: true });
    expect(logger.lines).toEqual([
      "error: Camera.levelChanged emitted what it does not declare: it declares 0 arguments, but was given 1",
    ]);
  });

  it("may notify through a BehaviorSubject", async () => {
    const { camera, client } = await serveCamera();
    await client.set("angle", 30);

    expect(camera.angleChanged.value).toBe(30);
  });

  it("is an ordinary property again when the server closed", async () => {
    const before = new Camera();
    const { camera, server, told } = await serveCamera();
    camera.mode = "VIDEO";
    await server.close();

    for (const member of ["mode", "gain", "config"]) {
      expect({ ...Object.getOwnPropertyDescriptor(camera, member), value: undefined }).toEqual({
        ...Object.getOwnPropertyDescriptor(before, member),
        value: undefined,
      });
    }
    expect(camera.mode).toBe("VIDEO");
    camera.mode = "STILL";
    camera.gain = 4;
    expect([camera.mode, camera.gain]).toEqual(["STILL", 4]);
    expect(told).toEqual(["VIDEO"]);
  });

  it("can be listed and copied as before while it is served", async () => {
    const { camera } = await serveCamera();

    expect(Object.keys(camera)).toEqual(Object.keys(new Camera()));
    expect(Object.entries(camera)).toContainEqual(["mode", "STILL"]);
  });
});

describe("sets that arrive together", () => {
  it("are carried out in order, and a get after them reads the last", async () => {
    const { client, told } = await serveCamera();
    const sets = ["A", "B", "C"].map((mode) => rawClient(client.url).set("mode", mode));
    await Promise.all(sets);

    expect(told).toHaveLength(3);
    expect(await client.get("mode")).toEqual({ success: true, value: told.at(-1) });
  });
});
