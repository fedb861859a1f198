import { firstValueFrom, NEVER, Subject, type Observable } from "rxjs";
import {
  BufferMethod,
  clientOf,
  connect,
  ContractError,
  JsonMethod,
  remote,
  RpcProperty,
  RpcService,
  serve,
  Signal,
  type BufferResult,
  type ClientOptions,
} from "rigwire";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";

@RpcService({ naming: "snake_case" })
class OldCamera {
  @Signal(String) readonly modeChanged = new Subject<string>();
  @RpcProperty({ notify: "modeChanged" }) mode: string = "STILL";
  @JsonMethod() getImage(): string {
    return "no bytes";
  }
  @JsonMethod() extra(): string {
    return "more than was promised";
  }
}

@RpcService({ naming: "snake_case" })
abstract class CameraContract {
  @Signal(String) abstract readonly modeChanged: Observable<string>;
  @Signal(Number) readonly gainChanged: Observable<number> = NEVER;
  @RpcProperty() abstract mode: string;
  @RpcProperty() abstract gain: number;
  @BufferMethod() getImage(): Promise<BufferResult> {
    return remote();
  }
  @JsonMethod() focus(): Promise<void> {
    return remote();
  }
}

async function connectTo(device: object, options: ClientOptions = { missing: "fail" }) {
  const { url } = closing(await serve(device, { name: "cam-1", logger: new RecordingLogger() }));
  const camera = connect(CameraContract, url, { logger: new RecordingLogger(), ...options });
  closing(clientOf(camera));
  return camera;
}

const MISSING = [
  "signal gain_changed",
  "property gain",
  "buffer method get_image (it is a json method)",
  "json method focus",
];

describe("a contract that has to be fulfilled, and is not,", () => {
  it("is told at the first use, with every member that is missing", async () => {
    const camera = await connectTo(new OldCamera());
    const error: unknown = await camera.mode.get().catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(ContractError);
    expect(String(error)).toMatch("cam-1 does not fulfil CameraContract: it has no ");
    for (const missing of MISSING) expect(String(error)).toContain(`no ${missing}`);
    expect(String(error)).not.toContain("mode");
  });

  it("is told to all who wait, and to those who come later", async () => {
    const camera = await connectTo(new OldCamera());
    const calls = await Promise.allSettled([camera.focus(), camera.getImage(), camera.gain.set(1)]);

    expect(calls.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    await expect(camera.focus()).rejects.toThrow("does not fulfil CameraContract");
  });

  it("may offer more than was promised", async () => {
    class NewCamera extends CameraContract {
      readonly modeChanged = new Subject<string>();
      mode = "STILL";
      gain = 1;
      override focus(): Promise<void> {
        return Promise.resolve();
      }
      @JsonMethod() fly(): void {
        this.gain = 0;
      }
    }
    const camera = await connectTo(new NewCamera());

    await expect(camera.focus()).resolves.toBeNull();
  });

  it("tells the caller of a method that was only promised", async () => {
    class LazyCamera extends CameraContract {
      readonly modeChanged = new Subject<string>();
      mode = "STILL";
      gain = 1;
    }
    const camera = await connectTo(new LazyCamera());

    await expect(camera.focus()).rejects.toThrow("cam-1.focus: this method is only promised by a contract");
  });
});

describe("a device that lacks members of its contract, as an older one does,", () => {
  it("is used, and what is missing is told once", async () => {
    const logger = new RecordingLogger();
    const camera = await connectTo(new OldCamera(), { logger });
    expect(await camera.mode.get()).toBe("STILL");
    await camera.mode.set("VIDEO");

    expect(logger.lines).toEqual([
      `warn: cam-1 does not fulfil CameraContract: it has no ${MISSING.join(", no ")}`,
    ]);
  });

  it("fails what is missing when it is used, and sends nothing", async () => {
    const camera = await connectTo(new OldCamera(), {});
    const why = "it may be of another version than the contract";

    await expect(camera.focus()).rejects.toThrow(
      new ContractError(`cam-1.focus: the device has no json method focus: ${why}`),
    );
    await expect(camera.getImage()).rejects.toThrow(ContractError);
    await expect(camera.gain.get()).rejects.toThrow(`cam-1.gain: the device has no property gain: ${why}`);
    await expect(camera.gain.set(1)).rejects.toThrow(ContractError);
    await expect(firstValueFrom(camera.gainChanged)).rejects.toThrow("the device has no signal gain_changed");
    expect(await camera.mode.get()).toBe("STILL");
  });

  it("is refused where it has nothing of the contract: it is another device", async () => {
    @RpcService()
    class Pump {
      @JsonMethod() pump(): void {
        // Of no use to a camera's client.
      }
    }
    const camera = await connectTo(new Pump(), {});

    await expect(camera.mode.get()).rejects.toThrow("cam-1 does not fulfil CameraContract");
  });
});
