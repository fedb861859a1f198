import { spawnSync } from "node:child_process";
import { join } from "node:path";
import {
  Arg,
  BufferMethod,
  CallContext,
  generateKeys,
  JsonMethod,
  RpcService,
  serve,
  StreamMethod,
  writeKeyFiles,
} from "rigwire";
import { once } from "node:events";
import { Stage } from "../../samples/spectrometer/stage";
import { commandLine } from "../cli/support/command-line";
import { eventually } from "../support/eventually";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";
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
  const rigwire = commandLine();

  async function generated(url: string, file: string): Promise<void> {
    const { code, stdout, stderr } = await rigwire.run("types", url, "--as", "python");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    rigwire.write(file, stdout);
  }

  it("passes mypy at its strictest, and drives the device with keys", async () => {
    const open = closing(await serve(new Stage(), { logger: new RecordingLogger() }));
    await generated(open.url, "stage.py");
    const checked = spawnSync(
      "mypy",
      [
        "--cache-dir",
        "/dev/null",
        "--strict",
        "--python-executable",
        python.command,
        join(rigwire.folder, "stage.py"),
      ],
      { encoding: "utf8" },
    );
    expect(checked.stdout).toContain("Success: no issues found");

    const [own, device, stranger] = [generateKeys(), generateKeys(), generateKeys()];
    const path = (name: string) => join(rigwire.folder, "keys", name);
    for (const [name, keys] of Object.entries({ own, device, stranger })) writeKeyFiles(path(name), keys);
    const security = { keys: device, allow: [own.publicKey] };
    const { url } = closing(
      await serve(new Stage(), { name: "stage", security, logger: new RecordingLogger() }),
    );
    const files = [path("own.key"), path("device.pub"), path("stranger.key")];
    const peer = python.start("exported_stage.py", [url, ...files], { env: { PYTHONPATH: rigwire.folder } });
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
    await generated(url, "source.py");
    const peer = python.start("exported_source.py", [url], { env: { PYTHONPATH: rigwire.folder } });
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

  it("is valid whatever the members are called", async () => {
    const { url } = closing(await serve(new Hostile(), { logger: new RecordingLogger() }));
    await generated(url, "hostile.py");
    const compiled = spawnSync(python.command, ["-m", "py_compile", join(rigwire.folder, "hostile.py")]);
    expect(String(compiled.stderr)).toBe("");
  }, 60_000);
});
