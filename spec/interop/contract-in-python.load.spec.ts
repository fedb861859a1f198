import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { Arg, BufferMethod, CallContext, JsonMethod, RpcService, serve, StreamMethod } from "rigwire";
import { Stage } from "../../samples/spectrometer/stage";
import { eventually } from "../support/eventually";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";
import { Gearbox, Pace } from "./gearbox";
import { GeneratedModules, itWithMypy } from "./generated-modules";
import { describeWithPython } from "./python-peer";

@RpcService({ type: "class" })
class Hostile {
  @JsonMethod({ wireName: "class", description: 'ends """ and \\ here\u0000' })
  reserved(@Arg("None") none: number, @Arg("self") self: number): number {
    return none + self;
  }

  @JsonMethod({ wireName: "a-b" }) first(): string {
    return "first";
  }
  @JsonMethod({ wireName: "a_b" }) second(): string {
    return "second";
  }
}

@RpcService({ type: "source" })
class Source {
  closed = 0;
  aborted = 0;

  @StreamMethod(Number)
  async *numbers(@Arg("count") count: number): AsyncIterable<number> {
    try {
      for (let number = 0; number < count; number++) yield number;
    } finally {
      this.closed++;
    }
  }

  @BufferMethod({ returns: Float64Array }) trace(): Float64Array {
    return Float64Array.of(0.5, 1, 2.5);
  }

  @JsonMethod({ returns: Number }) sum(@Arg("values") values: Float64Array): number {
    return values.reduce((sum, value) => sum + value, 0);
  }

  @JsonMethod() async wait(): Promise<void> {
    await once(CallContext.current().signal, "abort");
    this.aborted++;
  }
}

describeWithPython(["zmq"], "The contract of a device as a module of Python", (python) => {
  const modules = new GeneratedModules(python);

  itWithMypy(
    "passes mypy at its strictest, with its streams, arrays and whatever its members are called",
    async () => {
      const files: string[] = [];
      for (const device of [new Stage(), new Source(), new Gearbox(), new Hostile()]) {
        const { url } = closing(await serve(device, { logger: new RecordingLogger() }));
        const file = `checked_${files.length}.py`;
        await modules.write(url, file);
        files.push(file);
      }
      expect(modules.checked(...files)).toContain("Success: no issues found in 4 source files");
    },
    120_000,
  );

  it("drives the device with keys", async () => {
    const [own, device] = [modules.keys("own"), modules.keys("device")];
    modules.keys("stranger");
    const path = (name: string) => modules.path("keys", name);
    const security = { keys: device, allow: [own.publicKey] };
    const { url } = closing(
      await serve(new Stage(), { name: "stage", security, logger: new RecordingLogger() }),
    );
    await modules.write(url, "stage.py", "--keys", path("own.key"), "--server-key", path("device.pub"));
    const files = [path("own.key"), path("device.pub"), path("stranger.key")];
    const peer = modules.start("exported_stage.py", [url, ...files]);
    expect(await peer.next(30_000)).toEqual({
      speed: 50,
      arrived: 3,
      progress: true,
      event: true,
      refused: "moveTo: target: 500 is more than 100 mm",
      kept_out: ["WrongDeviceError", "AuthenticationError"],
      later: 5,
    });
  }, 120_000);

  it("reads streams and arrays, and gives up what takes too long", async () => {
    const source = new Source();
    const { url } = closing(await serve(source, { logger: new RecordingLogger() }));
    await modules.write(url, "source.py");
    const peer = modules.start("exported_source.py", [url]);
    expect(await peer.next(30_000)).toEqual({
      numbers: [0, 1, 2, 3, 4],
      newest: 299,
      first: 0,
      trace: [0.5, 1, 2.5],
      sum: 4,
      slow: "RpcTimeoutError",
      later: [0, 1, 2, 3, 4],
    });
    await eventually(
      "all streams ended, and the call too",
      () => source.closed === 4 && source.aborted === 1,
    );
  }, 60_000);

  it("gives the members of enums as enums", async () => {
    const gearbox = new Gearbox();
    const { url } = closing(await serve(gearbox, { name: "gearbox", logger: new RecordingLogger() }));
    await modules.write(url, "gearbox.py");

    expect(await modules.start("exported_gearbox.py", [url]).next(30_000)).toEqual({
      before: "<Pace.Slow: 'slow'>",
      after: [true, true],
      shift: ["<Gear.First: 1>", "<Pace.VeryFast: 'very fast'>", true],
      refused: expect.stringMatching(/pace: 'slowly' is none of 'slow', 'very fast'$/) as unknown,
    });
    expect(gearbox.pace).toBe(Pace.VeryFast);
  }, 60_000);

  it("drives an original", async () => {
    const original = python.start("original_server.py");
    const url = (await original.next(20_000)) as string;
    await modules.write(url, "cam.py");

    const client = modules.start("exported_original.py", [url]);

    expect(await client.next(30_000)).toEqual({
      calls: ["Echo: xEcho: x", null, [5, 1, "fast", 2], [0, 9, "slow", 2]],
      numbers: [true, "1763633000123456789"],
      picture: ["ffd801", { format: "jpeg", lores: true, error: null }],
      failed: ["RemoteError", "cam at URL: boom: bad thing", true],
      property: ["STILL", "VIDEO", 7],
      signals: ["VIDEO", [2.5, [1, 2]]],
      slow: "RpcTimeoutError",
      next: "Echo: next",
    });
    // Where signals are counted, those that did not come are missed.
    for (const seq of [1, 5]) {
      const signal = { event: "EMIT_SIGNAL", signal: "stopped", args: [], blocking: false, seq };
      await original.ask({ publish: JSON.stringify(signal) });
    }
    expect(await client.next()).toEqual({ missed: [0, 3] });
  }, 60_000);

  it("is valid whatever the members are called", async () => {
    const { url } = closing(await serve(new Hostile(), { logger: new RecordingLogger() }));
    await modules.write(url, "hostile.py");
    const compiled = spawnSync(python.command, ["-m", "py_compile", modules.path("hostile.py")]);
    expect(String(compiled.stderr)).toBe("");
  }, 60_000);
});
