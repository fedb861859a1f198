import { firstValueFrom, Subject } from "rxjs";
import {
  Any,
  BufferMethod,
  type BufferResult,
  clientOf,
  connect,
  EncodingError,
  JsonMethod,
  RpcProperty,
  RpcService,
  serve,
  Signal,
} from "rigwire";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";

const FRAMES = { frames: [0, 1, 2, { data: new Map([["a", 1]]) }] };

@RpcService()
class Device {
  calls = 0;
  @RpcProperty() state: unknown = FRAMES;
  @RpcProperty() offset: number = -0;
  @Signal(Any) readonly seen = new Subject<unknown>();

  @JsonMethod() echo(value: unknown): unknown {
    this.calls += 1;
    return value;
  }
  @JsonMethod() frames(): unknown {
    return FRAMES;
  }
  @BufferMethod() image(zero: boolean): BufferResult {
    return [Buffer.alloc(1), zero ? { angle: -0 } : FRAMES];
  }
}

async function openDevice() {
  const device = new Device();
  const logger = new RecordingLogger();
  const { url } = closing(await serve(device, { logger }));
  const remote = connect(Device, url, { name: "cam-1" });
  closing(clientOf(remote));
  await remote.echo(1);
  device.calls = 0;
  return { device, logger, remote };
}

describe("a value that cannot be sent as it is", () => {
  it("is refused on every path that has a caller, with the path to it", async () => {
    const { device, remote } = await openDevice();
    const problem = "a Map cannot be sent as JSON";

    await expect(remote.echo(FRAMES)).rejects.toThrow(`cam-1.echo: argument 1.frames[3].data: ${problem}`);
    await expect(remote.echo(FRAMES)).rejects.toThrow(EncodingError);
    await expect(remote.state.set(FRAMES)).rejects.toThrow(`cam-1.state: value.frames[3].data: ${problem}`);
    await expect(remote.frames()).rejects.toThrow(`cam-1.frames: result.frames[3].data: ${problem}`);
    await expect(remote.state.get()).rejects.toThrow(`cam-1.state: value.frames[3].data: ${problem}`);
    await expect(remote.image(false)).rejects.toThrow(`cam-1.image: info.frames[3].data: ${problem}`);
    expect(device.calls).toBe(0);
  });

  it("is told in the device's log where a signal carries it, and is not sent", async () => {
    const { device, logger, remote } = await openDevice();
    const next = firstValueFrom(remote.seen);
    await remote.echo(1);
    device.seen.next(FRAMES);
    device.seen.next("after");

    expect(await next).toBe("after");
    expect(logger.lines.join()).toContain("argument 1.frames[3].data: a Map cannot be sent as JSON");
  });
});

describe("negative zero", () => {
  it("arrives as negative zero on every path", async () => {
    const { device, remote } = await openDevice();
    const next = firstValueFrom(remote.seen);

    expect(await remote.echo(-0)).toBe(-0);
    expect(await remote.echo({ list: [-0] })).toEqual({ list: [-0] });
    expect(await remote.offset.get()).toBe(-0);
    await remote.offset.set(0);
    expect(device.offset).toBe(0);
    await remote.offset.set(-0);
    expect(device.offset).toBe(-0);
    expect((await remote.image(true))[1]).toEqual({ angle: -0 });
    device.seen.next(-0);
    expect(await next).toBe(-0);
  });
});
