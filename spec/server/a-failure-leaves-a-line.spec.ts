import { Arg, clientOf, connect, JsonMethod, RemoteError, RpcProperty, RpcService, serve } from "rigwire";
import { closing } from "../support/closing";
import { DetailedLogger } from "../support/detailed-logger";
import { RecordingLogger } from "../support/recording-logger";

class LimitError extends Error {
  readonly code = "E_LIMIT";
}

@RpcService()
class Stage {
  @JsonMethod() async moveTo(@Arg("to") to: number): Promise<number> {
    await Promise.resolve();
    throw new LimitError(`${to} is beyond the end switch`);
  }
  @JsonMethod() home(): never {
    throw new TypeError("no encoder");
  }
  @RpcProperty() get position(): number {
    throw new LimitError("unknown");
  }
  set position(_value: number) {
    throw new LimitError("not now");
  }
}

async function failingStage() {
  const logger = new DetailedLogger();
  const server = closing(await serve(new Stage(), { name: "stage-1", logger }));
  const stage = connect(Stage, server.url, { logger: new RecordingLogger() });
  closing(clientOf(stage));
  return { stage, logger };
}

const errorOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );

describe("what a device throws", () => {
  it("in a method leaves one line at the device: member, caller, duration, error", async () => {
    const { stage, logger } = await failingStage();
    await errorOf(stage.moveTo(7));

    expect(logger.lines).toEqual([
      {
        level: "warn",
        details: {
          member: "moveTo",
          caller: expect.stringMatching(/^client [0-9a-f]+$/),
          durationMs: expect.any(Number),
          err: expect.any(LimitError),
        },
        message: expect.stringMatching(
          /^Stage\.moveTo failed after \d+ ms, called by client [0-9a-f]+: 7 is beyond the end switch$/,
        ),
      },
    ]);
  });

  it("in a getter and in a setter leaves a line each", async () => {
    const { stage, logger } = await failingStage();
    await errorOf(stage.position.get());
    await errorOf(stage.position.set(1));

    expect(logger.lines.map(({ message }) => message.replace(/ after .*:/, ":"))).toEqual([
      "Stage.position failed: unknown",
      "Stage.position failed: not now",
    ]);
  });

  it("reaches the caller with its class and its code", async () => {
    const { stage } = await failingStage();

    expect(await errorOf(stage.moveTo(7))).toMatchObject({ remoteName: "LimitError", code: "E_LIMIT" });
    expect(await errorOf(stage.position.get())).toMatchObject({ remoteName: "LimitError", code: "E_LIMIT" });
    const error = await errorOf(stage.home());
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ remoteName: "TypeError" });
    expect(error).not.toHaveProperty("code");
  });

  it("is none of the device's where its arguments were refused: no line", async () => {
    const { stage, logger } = await failingStage();
    await errorOf(stage.moveTo("much" as never));

    expect(logger.lines).toEqual([]);
  });
});
