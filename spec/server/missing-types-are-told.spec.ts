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

class ServedTwice {
  add(a: number): number {
    return a;
  }
}
JsonMethod()(
  ServedTwice.prototype,
  "add",
  Object.getOwnPropertyDescriptor(ServedTwice.prototype, "add") ?? {},
);
RpcService()(ServedTwice);

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

  it("with that warning once, however often objects of the class are served", async () => {
    const [first, second] = [new RecordingLogger(), new RecordingLogger()];
    closing(await serve(new ServedTwice(), { logger: first }));
    closing(await serve(new ServedTwice(), { logger: second }));

    expect(first.lines).toEqual([
      expect.stringContaining("ServedTwice: the arguments of add are not checked"),
    ]);
    expect(second.lines).toEqual([]);
  });

  it("without a word where it did", async () => {
    const logger = new RecordingLogger();
    closing(await serve(new Typed(), { logger }));

    expect(logger.lines).toEqual([]);
  });
});
