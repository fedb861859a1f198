import { join } from "node:path";
import {
  BusyError,
  clientOf,
  connect,
  InterruptedError,
  type Remote,
  type RpcServer,
  serve,
  type ServeOptions,
} from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import { typeScriptProgram } from "../support/typescript-child";
import { WatchedStage } from "./watched-stage";

const program = typeScriptProgram(join(__dirname, "programs/mover-process.ts"));

async function serveStage(options: ServeOptions = {}): Promise<{ stage: WatchedStage; server: RpcServer }> {
  const stage = new WatchedStage();
  const server = closing(await serve(stage, { name: "stage-1", logger: new RecordingLogger(), ...options }));
  return { stage, server };
}

function connectStage(url: string): Remote<WatchedStage> {
  const remote = connect(WatchedStage, url, { logger: new RecordingLogger() });
  closing(clientOf(remote));
  return remote;
}

const failureOf = (call: Promise<unknown>) => call.then(String, (error: unknown) => error);

describe("a method that interrupts", () => {
  it("begins at once, ends what runs, and what waits of anybody is never begun", async () => {
    const { stage, server } = await serveStage();
    program.start([server.url, "moveTo:theirs", "watch:their watch"]);
    await eventually("the move begins", () => stage.began.includes("theirs"), 10_000);
    const mine = connectStage(server.url);
    const waiting = failureOf(mine.moveTo("mine"));
    const watching = mine.watch("mine too");
    await eventually("both watch", () => stage.began.length === 3);

    expect(await connectStage(server.url).stop()).toBe("stopped");
    const [error] = await Promise.all([waiting, watching]);
    expect(error).toBeInstanceOf(InterruptedError);
    expect((error as Error).message).toBe("stage-1.moveTo: moveTo was not started: stop interrupted it");
    expect([...stage.reasons].sort()).toEqual([
      ["mine too", "stop interrupted it"],
      ["their watch", "stop interrupted it"],
      ["theirs", "stop interrupted it"],
    ]);
    expect(stage.began).not.toContain("mine");
  });

  it("lets what comes later wait until it has ended", async () => {
    const { stage, server } = await serveStage();
    const remote = connectStage(server.url);
    const braking = remote.brake("brake");
    await eventually("it brakes", () => stage.began.length === 1);
    const later = remote.moveTo("later");
    // Answered behind the move, and past it.
    expect(await remote.stop()).toBe("stopped");
    await expect(later).rejects.toThrow(InterruptedError);
    const last = remote.moveTo("last");
    await clientOf(remote).inventory();
    expect(stage.began).toEqual(["brake", "stop"]);
    expect(stage.reasons.size).toBe(0);

    stage.arrive("brake");
    await braking;
    await eventually("it goes on", () => stage.began.includes("last"));
    stage.arrive("last");
    await last;
  });

  it("ends the tasks of the device's own process as well", async () => {
    const { stage, server } = await serveStage();
    const remote = connectStage(server.url);
    const running = server.inTurn(async (signal) => {
      stage.began.push("task");
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return (signal.reason as Error).message;
    });
    const waiting = failureOf(server.inTurn(() => stage.began.push("never")));
    await remote.stop();

    expect(await running).toBe("stop interrupted it");
    expect(await waiting).toMatchObject({ message: "a task was not started: stop interrupted it" });
    expect(stage.began).toEqual(["task", "stop"]);
  });

  it("that does not begin ends nothing", async () => {
    const { stage, server } = await serveStage();
    const remote = connectStage(server.url);
    const move = remote.moveTo("move");
    await eventually("it moves", () => stage.began.length === 1);
    await expect(remote.brake(...([] as unknown as [string]))).rejects.toThrow("name");
    expect(stage.reasons.size).toBe(0);
    stage.arrive("move");

    expect(await move).toBe("move");
  });
});

describe("a device that everybody keeps busy", () => {
  it("is stopped by a client that has as many calls waiting as it may have", async () => {
    const { stage, server } = await serveStage();
    const remote = connectStage(server.url);
    const calls = Array.from({ length: 4_097 }, (_, index) => failureOf(remote.moveTo(String(index))));
    expect(await calls[4_096]).toBeInstanceOf(BusyError);
    await eventually("it moves", () => stage.began.length === 1);

    expect(await remote.stop()).toBe("stopped");
    await Promise.all(calls);
    expect(stage.began).toEqual(["0", "stop"]);
  });

  it("is stopped by anybody, though it takes no more calls, concurrent ones neither", async () => {
    const { stage, server } = await serveStage({ maxCalls: 32, maxCallsPerClient: 4 });
    const remotes = Array.from({ length: 9 }, () => connectStage(server.url));
    const moves = remotes.flatMap((remote) =>
      Array.from({ length: 4 }, () => failureOf(remote.moveTo("move"))),
    );
    const watches = remotes.flatMap((remote) =>
      Array.from({ length: 4 }, () => failureOf(remote.watch("watch"))),
    );
    await eventually("all that may run do", () => stage.began.length === 33);
    const last = connectStage(server.url);
    expect(await failureOf(last.moveTo("more"))).toBeInstanceOf(BusyError);
    expect(await failureOf(last.watch("more"))).toBeInstanceOf(BusyError);

    expect(await last.stop()).toBe("stopped");
    const ends = await Promise.all([...moves, ...watches]);
    expect(ends.filter((end) => end instanceof BusyError)).toHaveLength(8);
    expect(ends.filter((end) => end instanceof InterruptedError)).toHaveLength(31);
  });
});
