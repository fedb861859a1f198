import { setTimeout as delay } from "node:timers/promises";
import { Arg, BufferMethod, CallContext, JsonMethod, nd, type NdArray, RpcService, serve } from "rigwire";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";
import { DocumentedModules } from "./documented-modules";
import { describeWithPython } from "./python-peer";

@RpcService({ type: "stage" })
class Stage {
  readonly ended: string[] = [];
  private position = 0;

  @JsonMethod({ progress: Number, timeout: { idle: 5_000 } })
  async *moveTo(@Arg("target") target: number): AsyncGenerator<number, number> {
    try {
      while (this.position !== target) {
        this.position += Math.sign(target - this.position);
        await delay(20);
        yield this.position;
      }
      return this.position;
    } finally {
      this.ended.push(this.position === target ? "arrived" : "given up");
    }
  }

  @BufferMethod({ progress: Object, timeout: { idle: 5_000 } })
  async *scan(@Arg("of") of: number): AsyncGenerator<object, { counts: NdArray<Uint16Array>; gain: number }> {
    for (let at = 1; at <= of; at++) {
      await delay(20);
      yield { at, of };
    }
    return { counts: nd(Uint16Array.of(1, 2, 3, 4), [2, 2]), gain: 2 };
  }

  @JsonMethod({ progress: Number, timeout: null })
  async hang(): Promise<void> {
    const { signal } = CallContext.current();
    await delay(60_000, undefined, { signal }).finally(() => this.ended.push("hung up"));
  }
}

describeWithPython(["zmq", "numpy"], "a Python program that calls methods with progress", (python) => {
  let modules: DocumentedModules;

  beforeAll(() => {
    modules = new DocumentedModules()
      .add("arrays.md", "rig_arrays.py")
      .add("long-commands.md", "rig_runs.py");
  });
  afterAll(() => modules.remove());

  it("hears how far they have come, gives them up, and gets their results", async () => {
    const device = new Stage();
    const { url } = closing(await serve(device, { url: "tcp://127.0.0.1", logger: new RecordingLogger() }));
    const peer = python.start("run_client.py", [url], { env: { PYTHONPATH: modules.folder } });

    expect(await peer.next()).toEqual({
      moved: [1, 2, 3],
      arrived: 3,
      given_up: true,
      steps: [
        { at: 1, of: 2 },
        { at: 2, of: 2 },
      ],
      scan: {
        gain: 2,
        counts: [
          [1, 2],
          [3, 4],
        ],
      },
      refused: 'target: expected number, got "far"',
      silent: true,
      from_req: { success: true, result: 0 },
    });
    expect(device.ended).toEqual(["arrived", "given up", "hung up", "arrived"]);
  });
});
