import { join } from "node:path";
import { clientOf, connect, type Remote, serve, type ServeOptions } from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import { OVER_THE_WIRE, TcpProxy } from "../support/tcp-proxy";
import { type TypeScriptChild, typeScriptProgram } from "../support/typescript-child";
import { ROADS, targetOf } from "./motor-clients";
import { WatchedStage } from "./watched-stage";

const GONE = "its caller is gone: the connection was lost or closed";

const program = typeScriptProgram(join(__dirname, "programs/mover-process.ts"));

/** A stage in this process, on which a client in another has one move that runs and two that wait. */
async function movedStage(
  options: ServeOptions = {},
): Promise<{ stage: WatchedStage; client: TypeScriptChild; url: string }> {
  const stage = new WatchedStage();
  const server = closing(await serve(stage, { logger: new RecordingLogger(), ...options }));
  const client = program.start([server.url, "moveTo:a", "moveTo:b", "moveTo:c"]);
  await eventually("the first move begins", () => stage.began.length === 1, 10_000);
  return { stage, client, url: server.url };
}

function other(url: string): Remote<WatchedStage> {
  const remote = connect(WatchedStage, url, { logger: new RecordingLogger() });
  closing(clientOf(remote));
  return remote;
}

/** Waits until the move of somebody else was begun, so that nothing can be before it in the queue. */
async function expectOnlyOthers(stage: WatchedStage, url: string): Promise<void> {
  const next = other(url).moveTo("theirs");
  await eventually("the queue goes on", () => stage.began.includes("theirs"));
  stage.arrive("theirs");
  await next;
  expect(stage.began).toEqual(["a", "theirs"]);
}

describe.each(ROADS)("%s,", (_, road) => {
  describe("a caller that was killed", () => {
    it("has its move aborted within a second, and nothing of it begins later", async () => {
      const { stage, client, url } = await movedStage(road);
      client.signal("SIGKILL");
      await client.ended;
      await eventually("the move is aborted", () => stage.reasons.has("a"), 1_000);

      expect(stage.reasons.get("a")).toBe(GONE);
      await expectOnlyOthers(stage, url);
    });

    it("leaves a method that is to go on running, but what waited is dropped", async () => {
      const stage = new WatchedStage();
      const { url } = closing(await serve(stage, { logger: new RecordingLogger(), ...road }));
      const client = program.start([url, "park:a", "park:b", "watch:w"]);
      await eventually("both begin", () => stage.began.length === 2, 10_000);
      client.signal("SIGKILL");
      await client.ended;
      await eventually("what may be aborted is aborted", () => stage.reasons.has("w"), 1_000);
      const next = other(url).moveTo("theirs");
      stage.arrive("a");
      await eventually("the queue goes on", () => stage.began.length > 2);
      stage.arrive("theirs");
      await next;

      expect([...stage.reasons.keys()]).toEqual(["w"]);
      expect(stage.began.slice(2)).toEqual(["theirs"]);
    });
  });

  describe("a caller that closes its client", () => {
    it("has its move aborted, and nothing of it begins later", async () => {
      const { stage, client, url } = await movedStage(road);
      client.send("close");
      await client.ended;
      await eventually("the move is aborted", () => stage.reasons.has("a"), 1_000);

      expect(stage.reasons.get("a")).toBe(GONE);
      await expectOnlyOthers(stage, url);
    });
  });

  describe("a caller whose process hangs", () => {
    it("is gone after the heartbeat", async () => {
      const { stage, client, url } = await movedStage({ ...road, heartbeatMs: 500 });
      client.signal("SIGSTOP");
      await eventually("the move is aborted", () => stage.reasons.has("a"));

      expect(stage.reasons.get("a")).toBe(GONE);
      await expectOnlyOthers(stage, url);
    });
  });
});

describe("a caller whose cable is out", () => {
  it("is gone after the heartbeat", async () => {
    const stage = new WatchedStage();
    const server = closing(
      await serve(stage, { ...OVER_THE_WIRE, logger: new RecordingLogger(), heartbeatMs: 500 }),
    );
    const cable = closing(await TcpProxy.open(targetOf(server.url)));
    program.start([cable.url, "moveTo:a", "moveTo:b", "moveTo:c"]);
    await eventually("the first move begins", () => stage.began.length === 1, 10_000);
    cable.stall();
    await eventually("the move is aborted", () => stage.reasons.has("a"));

    expect(stage.reasons.get("a")).toBe(GONE);
    await expectOnlyOthers(stage, server.url);
  });
});
