import { type Observable } from "rxjs";
import { clientOf, serve, type RpcServer } from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { connectStage, Stage } from "./stage";

describe("who subscribes and then calls", () => {
  let server: RpcServer;

  beforeEach(async () => {
    server = closing(await serve(new Stage()));
  });

  it("hears what the call makes the device tell, also at the first use", async () => {
    for (let round = 0; round < 20; round++) {
      const stage = connectStage(closing, server.url);
      const heard: number[] = [];
      stage.moved.subscribe((position) => heard.push(position));

      await stage.moveTo(round);

      await eventually("the signal arrives", () => heard.length === 1);
      expect(heard).toEqual([round]);
    }
  });

  it("hears it on a connection that is in use", async () => {
    const stage = connectStage(closing, server.url);
    for (let round = 0; round < 20; round++) {
      const heard: number[] = [];
      const subscription = stage.moved.subscribe((position) => heard.push(position));
      await stage.moveTo(round);
      await eventually("the signal arrives", () => heard.length > 0);
      subscription.unsubscribe();
      expect(heard).toEqual([round]);
    }
  });

  it("hears every one of many signals in order, while many calls run", async () => {
    const stage = connectStage(closing, server.url);
    const heard: number[] = [];
    stage.moved.subscribe((position) => heard.push(position));
    const positions = Array.from({ length: 500 }, (_, index) => index);

    expect(await Promise.all(positions.map((position) => stage.moveTo(position)))).toEqual(positions);

    await eventually("all signals arrive", () => heard.length === positions.length);
    expect(heard).toEqual(positions);
  });

  it("and closes is told the end of its signals", async () => {
    const stage = connectStage(closing, server.url);
    let ended = 0;
    const signals: Observable<unknown>[] = [stage.moved, stage.told];
    for (const signal of signals) signal.subscribe({ complete: () => (ended += 1) });
    await stage.moveTo(1);

    await clientOf(stage).close();

    expect(ended).toBe(2);
    stage.moved.subscribe({ complete: () => (ended += 1) });
    expect(ended).toBe(3);
  });
});
