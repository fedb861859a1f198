import {
  ExperimentEvent,
  ExperimentStatus,
  OnExperiment,
  type ReceivedMessage,
  type RigParticipantOptions,
  RpcService,
} from "rigwire";
import { Camera, REFERENCE, rigWith } from "./experiment-devices";

const { START, END, INTERRUPT, STATUS } = ExperimentEvent;

/** A camera that moves until `camera.arrive()`. */
async function movingRig(options: RigParticipantOptions = {}) {
  const camera = new Camera();
  const rig = await rigWith({ "cam-1": camera }, options);
  const moved = rig.app.client(Camera).move();
  // A question is not held up by the movement, so its answer comes while that goes on.
  while (camera.story.length === 0) await rig.tell(STATUS, 0);
  return { ...rig, camera, moved };
}

describe("a method in an experiment", () => {
  it("waits for its turn with the methods that clients call", async () => {
    const { tell, camera, moved } = await movingRig();
    const started = tell(START, REFERENCE, null);
    await tell(STATUS, 0);
    camera.arrive();
    await started;
    await moved;
    expect(camera.story).toEqual(["move", "moved", `begin ${REFERENCE}`]);
  });

  it("does not wait to interrupt, and keeps what still waits from beginning", async () => {
    const { tell, camera, moved } = await movingRig();
    const started = tell(START, REFERENCE, null);
    const refused = expect(started).rejects.toThrow(
      /video does nothing about EXPSTART: it was interrupted before it began/,
    );
    expect(await tell(INTERRUPT)).toEqual(["done"]);
    camera.arrive();
    await refused;
    await moved;
    expect(camera.story).toEqual(["move", "finish by EXPINTERRUPT", "moved"]);
    expect(await tell(STATUS, 0)).toEqual([ExperimentStatus.STOPPED]);
  });

  it("does not begin what waited too long, but ends it", async () => {
    const { tell, camera, moved } = await movingRig({ beginWithinMs: 1 });
    const refused = expect(tell(START, REFERENCE, null)).rejects.toThrow(/took longer than 1 ms/);
    const ended = tell(END);
    const since = performance.now();
    while (performance.now() - since < 2) await tell(STATUS, 0);
    camera.arrive();
    await refused;
    expect(await ended).toEqual(["done"]);
    await moved;
    expect(camera.story).toEqual(["move", "moved", "finish by EXPEND"]);
  });

  it("is not begun once the app closes", async () => {
    const { app, tell, camera, moved } = await movingRig();
    const refused = expect(tell(START, REFERENCE, null)).rejects.toThrow(
      /EXPSTART failed .* the server is closing/,
    );
    await tell(STATUS, 0);
    const closed = app.close();
    // The app's own client closes as well, so it may or may not hear of the end of the movement.
    const heard = Promise.allSettled([moved]);
    camera.arrive();
    await Promise.all([refused, closed, heard]);
    expect(camera.story).toEqual(["move", "moved"]);
  });

  it("does not wait if it is declared so", async () => {
    @RpcService()
    class Stage extends Camera {
      @OnExperiment(END | INTERRUPT, { concurrent: true })
      override finish(message: ReceivedMessage): string {
        return super.finish(message);
      }
    }
    const stage = new Stage();
    const { app, tell } = await rigWith({ stage });
    const moved = app.client(Stage).move();
    while (stage.story.length === 0) await tell(STATUS, 0);
    await tell(END);
    stage.arrive();
    await moved;
    expect(stage.story).toEqual(["move", "finish by EXPEND", "moved"]);
  });
});
