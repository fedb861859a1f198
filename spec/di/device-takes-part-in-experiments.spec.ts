import {
  Communicator,
  ExperimentEvent,
  ExperimentStatus,
  OnExperiment,
  type ReceivedMessage,
  RemoteExperimentError,
  RigApp,
  RigParticipant,
  RigParticipantModule,
  RpcService,
} from "rigwire";
import { silent } from "../experiments/rigs-on-loopback";
import { closing } from "../support/closing";
import { Camera, REFERENCE, rigWith } from "./experiment-devices";

const { INIT, START, END, CLEANUP, INTERRUPT, STATUS, INFO, ALYX } = ExperimentEvent;

@RpcService()
class Failing {
  @OnExperiment(START)
  async begin(): Promise<never> {
    return Promise.reject(new RangeError("disk full"));
  }

  @OnExperiment(STATUS)
  where(): string {
    return "running";
  }

  @OnExperiment(INFO)
  details(): { status: number; data: string } {
    return { status: ExperimentStatus.RUNNING, data: "12 frames" };
  }
}

@RpcService()
class TokenUser {
  readonly tokens: unknown[] = [];

  @OnExperiment(ALYX)
  take({ token }: ReceivedMessage): unknown {
    this.tokens.push(token);
    return { url: "https://alyx.example.org", token: { bob: "mine" } };
  }
}

describe("a device in an experiment", () => {
  it("answers with what its methods return, also those it inherits", async () => {
    const camera = new Camera();
    const { tell } = await rigWith({ "cam-1": camera });
    expect(await tell(START, REFERENCE, { rate: 30 })).toEqual([REFERENCE, { rate: 30 }]);
    expect(await tell(END)).toEqual(["done"]);
    expect(await tell(INTERRUPT)).toEqual(["done"]);
    expect(camera.story).toEqual([`begin ${REFERENCE}`, "finish by EXPEND", "finish by EXPINTERRUPT"]);
  });

  it("tells the main rig what a method throws", async () => {
    const { tell } = await rigWith({ rig: new Failing() });
    const started = tell(START, REFERENCE, null);
    await expect(started).rejects.toThrow(RemoteExperimentError);
    await expect(started).rejects.toMatchObject({ remoteMessage: "RangeError: disk full", event: START });
  });

  it("says where it stands by its own method", async () => {
    const { tell } = await rigWith({ rig: new Failing() });
    expect(await tell(STATUS, 0)).toEqual([20]);
    expect(await tell(INFO, 0, null)).toEqual([20, "12 frames"]);
  });

  it("says what was done last where it has no method for that", async () => {
    const { tell } = await rigWith({ "cam-1": new Camera() });
    const seen = [await tell(STATUS, 0)];
    for (const event of [INIT, START, END, CLEANUP]) {
      await tell(event, event === START ? REFERENCE : null, null);
      seen.push(await tell(STATUS, 0));
    }
    const { CONNECTED, INITIALIZED, RUNNING, STOPPED } = ExperimentStatus;
    expect(seen.flat()).toEqual([CONNECTED, INITIALIZED, RUNNING, STOPPED, CONNECTED]);
    expect(await tell(INFO, 0, null)).toEqual([CONNECTED, null]);
  });

  it("answers at once what it does not take part in: nothing to do, or an error", async () => {
    const { tell } = await rigWith({ rig: new Failing() });
    expect(await tell(INIT)).toEqual([null]);
    expect(await tell(CLEANUP)).toEqual([null]);
    await expect(tell(END)).rejects.toThrow(
      /video does nothing about EXPEND: no method .* has @OnExperiment for it/,
    );
    await expect(tell(INTERRUPT)).rejects.toThrow("EXPINTERRUPT");
  });

  it("ends by its method for EXPEND where it has none for EXPINTERRUPT", async () => {
    @RpcService()
    class OnlyEnds {
      @OnExperiment(END)
      end(): string {
        return "ended";
      }
    }
    const { tell } = await rigWith({ rig: new OnlyEnds() });
    expect(await tell(INTERRUPT)).toEqual(["ended"]);
  });

  it("takes a token, and gives one that is asked for", async () => {
    const user = new TokenUser();
    const { main } = await rigWith({ user });
    const token = { url: "https://alyx.example.org", token: { bob: "abc" } };
    const errors: unknown[] = [];
    main.errors$.subscribe((error) => errors.push(error));
    await main.alyx(token);
    expect(await main.alyx()).toEqual({ url: token.url, token: { bob: "mine" } });
    expect(user.tokens).toEqual([token, undefined]);
    expect(errors).toEqual([]);
  });
});

describe("the devices of one app", () => {
  it("take part by name, each at a URI of its own", async () => {
    const app = closing(new RigApp({ logger: silent }));
    for (const name of ["cam-1", "cam-2"]) {
      app.use(RigParticipantModule.listen("udp://127.0.0.1:0", { name, devices: [name], logger: silent }));
      app.serve(new Camera(), { name });
    }
    await app.start();
    const participants = app.container.resolveAll(RigParticipant);
    expect(participants).toHaveLength(2);
    for (const { uri } of participants) {
      const main = closing(await Communicator.client(uri, { logger: silent }));
      expect((await main.request({ event: END, body: [null] })).body).toEqual(["done"]);
    }
  });

  it("do not answer one event twice", async () => {
    const both = rigWith({ "cam-1": new Camera(), "cam-2": new Camera() });
    await expect(both).rejects.toThrow(/cam-2.begin: takes part in EXPSTART .*and so does cam-1.begin/);
  });

  it("may be none, which a main rig is told", async () => {
    const { tell } = await rigWith({ "cam-1": new Camera() }, { devices: ["cam-9"] });
    await expect(tell(INIT)).rejects.toThrow(/no device here takes part in experiments/);
  });
});
