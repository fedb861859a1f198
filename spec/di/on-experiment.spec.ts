import {
  ContractError,
  contractOf,
  ExperimentEvent,
  JsonMethod,
  OnExperiment,
  type ReceivedMessage,
  RpcService,
} from "rigwire";
import { Camera, REFERENCE, rigWith } from "./experiment-devices";

const { START, END, CLEANUP, INTERRUPT } = ExperimentEvent;

describe("@OnExperiment", () => {
  it("holds for a method that overrides a decorated one", async () => {
    class Silent extends Camera {
      override begin(): string {
        return "begun quietly";
      }
    }
    const { tell } = await rigWith({ rig: new Silent() });
    expect(await tell(START, REFERENCE, null)).toEqual([REFERENCE, "begun quietly"]);
  });

  it("gives way to what a derived class says of the same method", () => {
    @RpcService()
    class Other extends Camera {
      @OnExperiment(CLEANUP)
      override begin(): void {
        this.story.push("put away");
      }
    }
    const { experiments } = contractOf(Other);
    expect(experiments).toEqual([
      { member: "begin", events: CLEANUP },
      { member: "finish", events: END | INTERRUPT },
    ]);
  });

  it("stands beside @JsonMethod, and several times on one method", async () => {
    @RpcService()
    class Both {
      @JsonMethod()
      @OnExperiment(END)
      @OnExperiment(INTERRUPT)
      stop(): string {
        return "stopped";
      }
    }
    const { app, tell } = await rigWith({ both: new Both() });
    expect(await app.client(Both).stop()).toBe("stopped");
    expect(await tell(END)).toEqual(["stopped"]);
    expect(await tell(INTERRUPT)).toEqual(["stopped"]);
  });

  it("refuses two methods for one event", () => {
    @RpcService()
    class Twice extends Camera {
      @OnExperiment(START)
      alsoBegin(): void {
        this.story.push("never");
      }
    }
    expect(() => contractOf(Twice)).toThrow(ContractError);
    expect(() => contractOf(Twice)).toThrow(
      /Twice.alsoBegin: takes part in an event that begin takes part in/,
    );
  });

  it("refuses a method that yields: nobody hears of it", () => {
    @RpcService()
    class Scanner {
      @OnExperiment(START)
      async *scan(): AsyncGenerator<number, void> {
        yield Promise.resolve(1);
      }
    }
    expect(() => contractOf(Scanner)).toThrow(
      /^Scanner\.scan: takes part in experiments, where nobody hears/,
    );
  });

  it("refuses what is no event when the device is served", async () => {
    @RpcService()
    class Wrong {
      @OnExperiment(1024)
      never(): void {
        throw new Error("never called");
      }
    }
    await expect(rigWith({ wrong: new Wrong() })).rejects.toThrow(
      /wrong.never: 1024 is no experiment event; choose one of: EXPINIT/,
    );
  });

  it("is refused by the compiler where a message is no argument", () => {
    class Mistakes {
      // @ts-expect-error - a message is no string
      @OnExperiment(START)
      takesText(text?: string): unknown {
        return text;
      }

      // @ts-expect-error - there is nothing but the message
      @OnExperiment(END)
      takesTwo(message: ReceivedMessage, more: string): unknown {
        return [message, more];
      }
    }
    expect(new Mistakes()).toBeDefined();
  });
});
