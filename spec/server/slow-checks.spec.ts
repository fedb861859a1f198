import { Transform } from "class-transformer";
import { registerDecorator } from "class-validator";
import { Arg, CallAbortedError, clientOf, connect, InterruptedError, JsonMethod, type Remote } from "rigwire";
import { RpcProperty, RpcService, RpcTimeoutError, serve, withOptions } from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";

/** Checks that wait until they are let go. */
const checks: (() => void)[] = [];

/** A rule that asks somebody else, and takes its time. */
function IsFree(): PropertyDecorator {
  return (target, property) => {
    registerDecorator({
      name: "isFree",
      target: target.constructor,
      propertyName: String(property),
      async: true,
      validator: {
        validate: () => new Promise<boolean>((resolve) => checks.push(() => resolve(true))),
      },
    });
  };
}

class Place {
  @IsFree() position!: number;
}

const UNPACKING_MS = 150;

function standStill(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** Nothing else happens while it is made of what came. */
class Path {
  @Transform(
    ({ value }: { value: number[] }) => {
      standStill(UNPACKING_MS);
      return value;
    },
    { toClassOnly: true },
  )
  points: number[] = [];
}

@RpcService()
class Stage {
  readonly done: string[] = [];
  private target = 0;

  @JsonMethod() moveTo(@Arg("place") place: Place): void {
    this.done.push(`moved to ${place.position}`);
  }
  @JsonMethod() follow(@Arg("path") path: Path): void {
    this.done.push(`followed ${path.points.length}`);
  }
  @RpcProperty() @IsFree() get goal(): number {
    return this.target;
  }
  set goal(value: number) {
    this.done.push(`set to ${value}`);
    this.target = value;
  }
  @JsonMethod({ interrupts: true }) stop(): void {
    this.done.push("stopped");
  }
}

async function slowStage(): Promise<{ device: Stage; stage: Remote<Stage> }> {
  checks.length = 0;
  const device = new Stage();
  const server = closing(await serve(device, { logger: new RecordingLogger() }));
  const stage = connect(Stage, server.url, { logger: new RecordingLogger() });
  closing(clientOf(stage));
  return { device, stage };
}

const errorOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );

async function checking(): Promise<void> {
  await eventually("it is checked", () => checks.length > 0);
}

/** Lets the check end, and everything that follows from it happen: what is asked afterwards is answered after it. */
async function letGo(stage: Remote<Stage>): Promise<void> {
  for (const check of checks.splice(0)) check();
  await clientOf(stage).inventory();
}

const COMMANDS: Readonly<Record<string, (stage: Remote<Stage>, options: object) => Promise<unknown>>> = {
  method: (stage, options) => withOptions(stage, options).moveTo(Object.assign(new Place(), { position: 1 })),
  setter: (stage, options) => withOptions(stage, options).goal.set(1),
};

describe.each(Object.entries(COMMANDS))("a %s whose check takes its time", (_kind, command) => {
  it("is not entered where the deadline passed meanwhile", async () => {
    const { device, stage } = await slowStage();
    await clientOf(stage).inventory();
    const error = errorOf(command(stage, { timeoutMs: 200 }));
    await checking();
    expect(await error).toBeInstanceOf(RpcTimeoutError);
    await letGo(stage);

    expect(device.done).toEqual([]);
  });

  it("is not entered where its caller gave up meanwhile", async () => {
    const { device, stage } = await slowStage();
    const giveUp = new AbortController();
    const error = errorOf(command(stage, { signal: giveUp.signal }));
    await checking();
    giveUp.abort();
    expect(await error).toBeInstanceOf(CallAbortedError);
    await clientOf(stage).inventory();
    await letGo(stage);

    expect(device.done).toEqual([]);
  });

  it("is not entered where a method interrupted meanwhile", async () => {
    const { device, stage } = await slowStage();
    const error = errorOf(command(stage, {}));
    await checking();
    await stage.stop();
    await letGo(stage);

    expect(await error).toBeInstanceOf(InterruptedError);
    expect(device.done).toEqual(["stopped"]);
  });

  it("is entered where it is still wanted", async () => {
    const { device, stage } = await slowStage();
    const done = command(stage, {});
    await checking();
    await letGo(stage);
    await done;

    expect(device.done).toHaveLength(1);
  });
});

describe("a method whose arguments take long to be made", () => {
  it.each([
    ["is not entered where the deadline passed meanwhile", UNPACKING_MS / 2, []],
    ["is entered where it did not", UNPACKING_MS * 20, ["followed 0"]],
  ])("%s", async (_, timeoutMs, done) => {
    const { device, stage } = await slowStage();
    await clientOf(stage).inventory();
    const error = await errorOf(withOptions(stage, { timeoutMs }).follow(new Path()));
    await clientOf(stage).inventory();

    expect(error === undefined).toBe(done.length > 0);
    expect(device.done).toEqual(done);
  });
});
