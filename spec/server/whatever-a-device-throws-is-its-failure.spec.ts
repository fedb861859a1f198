import {
  Arg,
  BufferMethod,
  ContractError,
  JsonMethod,
  RpcProperty,
  RpcService,
  serve,
  ValidationError,
} from "rigwire";
import { closing } from "../support/closing";
import { rawClient } from "../support/raw-client";
import { RecordingLogger } from "../support/recording-logger";

const THROWN: Readonly<Record<string, () => unknown>> = {
  "an Error": () => new Error("stuck"),
  "a text": () => "stuck",
  null: () => null,
  nothing: () => undefined,
  "an object": () => ({ code: "stuck" }),
  "an error that cannot be read": () =>
    Object.defineProperty(new Error(), "message", {
      get: () => {
        throw new Error("nested");
      },
    }),
  "a ValidationError of its own": () => new ValidationError("stuck"),
  "a ContractError of its own": () => new ContractError("stuck"),
};

const MESSAGES: Readonly<Record<string, string>> = {
  null: "null",
  nothing: "undefined",
  "an object": "{ code: 'stuck' }",
  "an error that cannot be read": "an error that cannot be printed",
};

const CLASSES: Readonly<Record<string, string>> = {
  "an Error": "Error",
  "an error that cannot be read": "Error",
  "a ValidationError of its own": "ValidationError",
  "a ContractError of its own": "ContractError",
};

@RpcService()
class Device {
  private what = "an Error";

  @JsonMethod() sync(@Arg("what") what: string): never {
    throw THROWN[what]?.();
  }
  @JsonMethod() async later(@Arg("what") what: string): Promise<never> {
    await Promise.resolve();
    throw THROWN[what]?.();
  }
  @JsonMethod({ concurrent: true }) beside(@Arg("what") what: string): never {
    throw THROWN[what]?.();
  }
  @BufferMethod() bytes(@Arg("what") what: string): never {
    throw THROWN[what]?.();
  }
  @RpcProperty() get value(): string {
    throw THROWN[this.what]?.();
  }
  set value(what: string) {
    this.what = what;
    throw THROWN[what]?.();
  }
  @JsonMethod() fine(): string {
    return "fine";
  }
}

describe.each(Object.keys(THROWN))("a device that throws %s", (what) => {
  const failure = {
    success: false,
    error: MESSAGES[what] ?? "stuck",
    traceback: expect.any(String),
    ...(what in CLASSES && { errorName: CLASSES[what] }),
  };

  it.each(["sync", "later", "beside", "bytes"])(
    "in a method answers with one failure: %s",
    async (method) => {
      const client = rawClient(closing(await serve(new Device(), { logger: new RecordingLogger() })).url);
      const frames = await client.exchange(
        JSON.stringify({ event: "METHOD_CALL", method, params: { args: [what] } }),
      );

      expect(frames).toHaveLength(1);
      expect(JSON.parse(String(frames[0]))).toEqual(failure);
      expect(await client.call("fine")).toEqual({ success: true, result: "fine" });
    },
  );

  it("in a setter or a getter answers with one failure", async () => {
    const client = rawClient(closing(await serve(new Device(), { logger: new RecordingLogger() })).url);

    expect(await client.set("value", what)).toEqual(failure);
    expect(await client.get("value")).toEqual(failure);
    expect(await client.call("fine")).toEqual({ success: true, result: "fine" });
  });
});

it("the traceback leads to the line in the device", async () => {
  const client = rawClient(closing(await serve(new Device(), { logger: new RecordingLogger() })).url);

  expect(await client.call("later", ["an Error"])).toMatchObject({
    traceback: expect.stringMatching(/^Error: stuck\n[^]*whatever-a-device-throws/),
  });
});
