import { IsInstance, Min } from "class-validator";
import {
  arrayOf,
  BufferMethod,
  clientOf,
  connect,
  Integer,
  JsonMethod,
  nd,
  NdArray,
  oneOf,
  RemoteError,
  RpcService,
  serve,
  setOf,
  ValidationError,
} from "../../lib/index";
import { memoryUrl } from "../../lib/testing";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";

class Reading {
  @Min(0) volts: number = 0;
}

const IMAGE = nd(Float64Array.of(1, 2, 3, 4), [2, 2]);

class Spectrum {
  @IsInstance(NdArray) counts: NdArray = IMAGE;
}

/** What a method gives back is given to it, so that a test can let it break its contract. */
@RpcService()
class Meter {
  result: unknown;

  @JsonMethod({ returns: Number }) level(): unknown {
    return this.result;
  }
  @JsonMethod({ returns: Date }) calibrated(): unknown {
    return this.result;
  }
  @JsonMethod({ returns: arrayOf(Reading) }) async readings(): Promise<unknown> {
    return Promise.resolve(this.result);
  }
  @BufferMethod({ returns: Spectrum }) spectrum(): unknown {
    return this.result;
  }
  @JsonMethod({ returns: setOf(Integer) }) channels(): unknown {
    return this.result;
  }
  @JsonMethod({ returns: oneOf(Reading, null) }) last(): unknown {
    return this.result;
  }
}

async function meter() {
  const logger = new RecordingLogger();
  const device = new Meter();
  const { url } = closing(await serve(device, { url: memoryUrl(), name: "meter-1", logger }));
  const remote = connect(Meter, url, { logger: new RecordingLogger() });
  closing(clientOf(remote));
  return { device, remote, url, logger };
}

type Method = "spectrum" | "level" | "calibrated" | "readings" | "channels" | "last";

describe("A result whose type is declared", () => {
  it.each<[Method, unknown, unknown]>([
    ["level", 3.5, 3.5],
    ["calibrated", new Date(0), new Date(0)],
    ["readings", [{ volts: 1 }], [Object.assign(new Reading(), { volts: 1 })]],
    ["channels", new Set([1, 2]), new Set([1, 2])],
    ["last", null, null],
    // A plain object with arrays is looked at as an instance, and its arrays stay arrays.
    ["spectrum", { counts: IMAGE }, { counts: IMAGE }],
  ])("of %s arrives as its type: %p", async (method, result, arrived) => {
    const { device, remote } = await meter();
    device.result = result;
    expect(await remote[method]()).toEqual(arrived);
  });

  it.each<[Method, unknown, RegExp]>([
    ["level", "high", /it is "high", and not number/],
    ["level", undefined, /it is undefined, and not number/],
    ["calibrated", 3n, /it is .*3.*, and not date/],
    ["readings", [{ volts: 1 }, { volts: -1 }], /it\[1\]: volts must not be less than 0/],
    ["channels", [1.5], /it is a list of 1, and not Set<integer>/],
    ["last", 7, /it is 7, and not Reading \| null/],
  ])("of %s fails the call, and is logged, where it is something else: %p", async (method, result, why) => {
    const { device, remote, logger } = await meter();
    device.result = result;
    const error: unknown = await remote[method]().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toHaveProperty("message", expect.stringMatching(why));
    expect(error).toHaveProperty("message", expect.stringContaining(`${method}() returned something else`));
    expect(logger.lines).toContainEqual(expect.stringMatching(new RegExp(`Meter\\.${method} failed`)));
  });

  it("is checked by the caller as well, who may know another contract", async () => {
    @RpcService()
    class OtherMeter {
      @JsonMethod({ returns: Number }) last(): Promise<number> {
        return Promise.resolve(0);
      }
    }
    const { device, url } = await meter();
    const remote = connect(OtherMeter, url, { logger: new RecordingLogger() });
    closing(clientOf(remote));
    device.result = { volts: 2 };
    await expect(remote.last()).rejects.toThrow(ValidationError);
  });
});
