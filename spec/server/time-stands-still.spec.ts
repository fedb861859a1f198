import { JsonMethod, Arg, RpcProperty, RpcService, serve } from "rigwire";
import { type Clocks, systemClocks, useClocks } from "../../lib/server/device-time";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { rawDealer } from "../support/raw-client";
import { RecordingLogger } from "../support/recording-logger";

/** The clocks of a computer that can be suspended, and whose time of day can be set. */
class MovableClocks {
  private suspendedMs = 0;
  private setMs = 0;

  constructor(private readonly hasBootTime: boolean) {}

  suspend(forMs: number): void {
    this.suspendedMs += forMs;
  }

  set(aheadMs: number): void {
    this.setMs += aheadMs;
  }

  get clocks(): Clocks {
    return {
      monotonic: () => performance.now(),
      wall: () => Date.now() + this.suspendedMs + this.setMs,
      boot: () => (this.hasBootTime ? performance.now() + this.suspendedMs : undefined),
    };
  }
}

@RpcService()
class Stage {
  readonly done: string[] = [];
  arrive: () => void = () => undefined;
  private target = 0;

  @JsonMethod({ timeout: null }) async hold(): Promise<void> {
    this.done.push("hold");
    await new Promise<void>((resolve) => (this.arrive = resolve));
  }
  @JsonMethod() moveTo(@Arg("to") to: number): void {
    this.done.push(`to ${to}`);
  }
  @JsonMethod({ interrupts: true }) stop(): void {
    this.done.push("stop");
  }
  @RpcProperty() get goal(): number {
    return this.target;
  }
  set goal(value: number) {
    this.done.push(`goal ${value}`);
    this.target = value;
  }
}

const call = (method: string, args: unknown[] = [], further: object = {}) => ({
  event: "METHOD_CALL",
  method,
  params: { args },
  ...further,
});

async function suspendableStage({ hasBootTime = true } = {}) {
  const computer = new MovableClocks(hasBootTime);
  useClocks(computer.clocks);
  const stage = new Stage();
  const logger = new RecordingLogger();
  const server = closing(await serve(stage, { logger }));
  const client = rawDealer(server.url);
  const clock = async (): Promise<number> => {
    await client.request("clock", { event: "STATUS" });
    const [answer] = await client.replies(1);
    return Number(answer?.reply.clock);
  };
  return { computer, stage, client, clock, logger };
}

afterEach(() => useClocks(systemClocks));

describe.each([{ hasBootTime: true }, { hasBootTime: false }])(
  "a device whose computer was suspended (%p)",
  (system) => {
    it("refuses what it received before, with and without a deadline", async () => {
      const { computer, stage, client, clock, logger } = await suspendableStage(system);
      const until = (await clock()) + 60_000;
      await client.request("hold", call("hold"));
      await client.request("undated", call("moveTo", [1]));
      await client.request("dated", call("moveTo", [2], { deadline: until }));
      await eventually("it holds", () => stage.done.length === 1);
      await clock();
      computer.suspend(20_000);
      await client.request("look", { event: "STATUS" });

      const refused = (await client.replies(3)).filter(({ id }) => id !== "look");
      for (const { reply } of refused) {
        expect(reply).toEqual({
          success: false,
          error: expect.stringMatching(
            /^moveTo was not started: the device's clock stood still for (19\.9|20\.0) s$/,
          ),
          traceback: "",
          reason: "late",
        });
      }
      expect(refused.map(({ id }) => id).sort()).toEqual(["dated", "undated"]);
      stage.arrive();
      expect(stage.done).toEqual(["hold"]);
      expect(logger.lines.filter((line) => line.includes("stood still"))).toHaveLength(1);
    });

    it("refuses what was stamped before, though it comes later", async () => {
      const { computer, stage, client, clock } = await suspendableStage(system);
      const until = (await clock()) + 1_000;
      computer.suspend(20_000);
      await client.request("late", call("moveTo", [1], { deadline: until }));

      expect(await client.replies(1)).toMatchObject([{ reply: { success: false, reason: "late" } }]);
      expect(stage.done).toEqual([]);
    });

    it("refuses commands without a deadline that may have lain in a socket, but is stopped by one", async () => {
      const { computer, stage, client } = await suspendableStage(system);
      computer.suspend(20_000);
      await client.request("move", call("moveTo", [1]));
      await client.request("set", { event: "PROPERTY_SET", property: "goal", value: 1 });
      await client.request("stop", call("stop"));

      expect((await client.replies(3)).map(({ id, reply }) => [id, reply.reason, reply.success])).toEqual([
        ["move", "late", false],
        ["set", "late", false],
        ["stop", undefined, true],
      ]);
      expect(stage.done).toEqual(["stop"]);
    });

    it("takes what is stamped by its clock afterwards", async () => {
      const { computer, stage, client, clock } = await suspendableStage(system);
      const before = await clock();
      computer.suspend(20_000);
      const after = await clock();
      expect(after - before).toBeGreaterThan(19_900);
      await client.request("move", call("moveTo", [1], { deadline: after + 60_000 }));

      expect(await client.replies(1)).toMatchObject([{ reply: { success: true } }]);
      expect(stage.done).toEqual(["to 1"]);
    });
  },
);

it("a device whose time of day is set was not suspended, where the boot time tells", async () => {
  const { computer, stage, client, clock } = await suspendableStage();
  const before = await clock();
  computer.set(3_600_000);
  computer.set(-7_200_000);
  await client.request("move", call("moveTo", [1], { deadline: before + 60_000 }));

  expect(await client.replies(1)).toMatchObject([{ reply: { success: true } }]);
  expect((await clock()) - before).toBeLessThan(60_000);
  expect(stage.done).toEqual(["to 1"]);
});

it("a device whose time of day was set back by what it missed is found out by its boot time", async () => {
  const { computer, clock } = await suspendableStage();
  const before = await clock();
  computer.suspend(20_000);
  computer.set(-20_000);

  await eventually("it looks by itself", async () => (await clock()) - before > 19_900);
});
