import { JsonMethod, RpcService, serve } from "rigwire";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";

class Untyped {
  add(a: number): number {
    return a;
  }
}
// As a compiler decorates that writes no types down.
JsonMethod()(Untyped.prototype, "add", Object.getOwnPropertyDescriptor(Untyped.prototype, "add") ?? {});
RpcService()(Untyped);

@RpcService()
class Typed {
  @JsonMethod() add(a: number): number {
    return a;
  }
}

describe("a device is served", () => {
  it("with a warning where the compiler passed no types on", async () => {
    const logger = new RecordingLogger();
    closing(await serve(new Untyped(), { logger }));

    expect(logger.lines).toEqual([
      expect.stringMatching(/^warn: Untyped: the arguments of add are not checked.*emitDecoratorMetadata/),
    ]);
  });

  it("without a word where it did", async () => {
    const logger = new RecordingLogger();
    closing(await serve(new Typed(), { logger }));

    expect(logger.lines).toEqual([]);
  });
});
