import { filter, firstValueFrom } from "rxjs";
import {
  clientOf,
  connect,
  generateKeys,
  JsonMethod,
  type Remote,
  RpcService,
  RpcTimeoutError,
  serve,
} from "rigwire";
import { withOptions } from "rigwire";
import { closing } from "../support/closing";
import { DetailedLogger } from "../support/detailed-logger";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import { connectMotor, motorProcesses } from "./motor-clients";

const startMotor = motorProcesses();

@RpcService()
class Stage {
  end: () => void = () => undefined;

  @JsonMethod({ timeout: 300 }) async never(): Promise<void> {
    await new Promise<void>((resolve) => (this.end = resolve));
  }
  @JsonMethod() quick(): string {
    return "done";
  }
}

async function hungStage(): Promise<{
  device: Stage;
  logger: DetailedLogger;
  connectStage: () => Remote<Stage>;
}> {
  const device = new Stage();
  const logger = new DetailedLogger();
  const server = closing(await serve(device, { name: "stage-1", logger }));
  const connectStage = () => {
    const stage = connect(Stage, server.url, { logger: new RecordingLogger() });
    closing(clientOf(stage));
    return stage;
  };
  return { device, logger, connectStage };
}

const errorOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );

describe("a method that hangs", () => {
  it("is named to who waits behind it: which, how long, for whom", async () => {
    const { device, connectStage } = await hungStage();
    const hung = withOptions(connectStage(), { timeoutMs: 60_000 }).never();
    const stage = connectStage();
    await eventually("it hangs", async () => (await runningOf(stage)) === "never");
    const error = await errorOf(withOptions(stage, { timeoutMs: 800 }).quick());

    expect(error).toBeInstanceOf(RpcTimeoutError);
    expect((error as Error).message).toMatch(
      /^stage-1\.quick got no reply within 800 ms \(.+\); it may still be carried out; the device has been running never for \d+\.\d s, called by client [0-9a-f]+$/,
    );
    device.end();
    await hung;
    expect(await runningOf(stage)).toBeUndefined();
  });

  it("leaves one line in the device's log when it is past its own timeout", async () => {
    const { device, logger, connectStage } = await hungStage();
    const hung = withOptions(connectStage(), { timeoutMs: 60_000 }).never();
    await eventually("it is told", () => logger.lines.length > 0);
    device.end();
    await hung;

    expect(logger.lines).toEqual([
      {
        level: "warn",
        details: {
          member: "never",
          caller: expect.stringMatching(/^client /),
          runningMs: expect.any(Number),
          timeoutMs: 300,
        },
        message: expect.stringMatching(
          /^Stage\.never has been running for \d+ ms, past its timeout of 300 ms, called by client [0-9a-f]+; what is not concurrent waits for it$/,
        ),
      },
    ]);
  });
});

describe("a device whose event loop is blocked", () => {
  it("is told by the state of its clients within the heartbeat, and in the errors of what waits there", async () => {
    const keys = generateKeys();
    const { url } = await startMotor("tcp://127.0.0.1", { security: { keys } });
    // Over the network, where with keys another thread keeps the connection.
    const motor = connectMotor(url, { heartbeatMs: 1_000, security: { keys }, local: false });
    await motor.history();
    const problems: (string | undefined)[] = [];
    clientOf(motor).state$.subscribe((state) => {
      problems.push(state.kind === "connected" ? state.problem : state.kind);
    });
    const blocked = motor.block(3_000);
    const blockedAt = performance.now();
    const waiting = errorOf(withOptions(motor, { timeoutMs: 1_500 }).moveTo(1));
    await eventually("it is told", () => problems.length > 1);
    expect(performance.now() - blockedAt).toBeLessThan(1_500);
    expect(problems).toEqual([
      undefined,
      "it is connected, but does not answer: its event loop may be blocked",
    ]);
    expect(String(await waiting)).toMatch(/the device has not answered anything for \d+\.\d s: it may hang$/);

    await blocked;
    await eventually("it is well again", () => problems.length > 2);
    expect(problems.at(-1)).toBeUndefined();
    expect(await motor.history()).toEqual([]);
  });

  it("is lost within the heartbeat where the event loop keeps the connection itself", async () => {
    const { url } = await startMotor();
    const motor = connectMotor(url, { heartbeatMs: 1_000 });
    await motor.history();
    const isAway = firstValueFrom(
      clientOf(motor).state$.pipe(
        filter(
          (state) =>
            state.kind === "connecting" || (state.kind === "connected" && state.problem !== undefined),
        ),
      ),
    );
    const blocked = errorOf(motor.block(3_000));
    const blockedAt = performance.now();
    await isAway;

    expect(performance.now() - blockedAt).toBeLessThan(1_500);
    await blocked;
  });
});

async function runningOf(stage: object): Promise<string | undefined> {
  return (await clientOf(stage).inventory()).rigwire?.running?.method;
}
