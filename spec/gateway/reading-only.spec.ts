import { firstValueFrom } from "rxjs";
import { clientOf, connect, serve } from "../../lib/index";
import { Gateway } from "../../lib/gateway/gateway-contract";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";
import { openGateway } from "./open-gateway";
import { connectStage, Stage } from "./stage";

async function readable(access: "read" | "control" = "read") {
  const device = new Stage();
  const server = closing(
    await serve(device, {
      url: "tcp://127.0.0.1",
      name: "cam",
      closeGraceMs: 50,
      allowRemoteStop: true,
      logger: new RecordingLogger(),
    }),
  );
  const { at, gateway } = await openGateway([{ name: "cam", type: "stage", url: server.url }], { access });
  return { device, gateway, stage: connectStage(at("cam")), at };
}

describe("a gateway for reading only", () => {
  it("lets properties be read and signals be heard", async () => {
    const { device, stage } = await readable();
    const heard = firstValueFrom(stage.positionChanged);
    expect(await stage.position.get()).toBe(0);
    device.positionChanged.next(4);
    expect(await heard).toBe(4);
  });

  it("says at its own address that it is", async () => {
    const { gateway } = await readable();
    const remote = connect(Gateway, `${gateway.url.replace(/^http/, "ws")}/gateway`, {
      logger: new RecordingLogger(),
    });
    closing(clientOf(remote));
    expect(await remote.access.get()).toBe("read");
  });

  it.each([
    ["a call", "double", (stage: ReturnType<typeof connectStage>) => stage.double(2)],
    ["a method that interrupts", "stop", (stage) => stage.stop()],
    ["a buffer method", "picture", (stage) => stage.picture(3)],
    ["setting a property", "position", (stage) => stage.position.set(3)],
    ["stopping the server", "STOP_SERVER", (stage) => clientOf(stage).stopServer()],
  ] as readonly (readonly [string, string, (stage: ReturnType<typeof connectStage>) => Promise<unknown>])[])(
    "refuses %s, with the member, the device and the cure",
    async (_what, member, act) => {
      const { device, stage } = await readable();
      await expect(act(stage)).rejects.toThrow(
        new RegExp(`${member} was not .*cam can only be read.*--access control`),
      );
      expect([device.position, device.journal]).toEqual([0, []]);
    },
  );

  it("refuses a stream", async () => {
    const { stage } = await readable();
    const read = async () => {
      for await (const item of stage.count(2)) expect(item).toBeUndefined();
    };
    await expect(read()).rejects.toThrow(/count was not carried out/);
  });
});

describe("a flood from one browser", () => {
  it("stalls no other, and is refused where it is too much", async () => {
    const { at, stage: flooder } = await readable("control");
    const other = connectStage(at("cam"));
    await Promise.all([flooder.position.get(), other.position.get()]);
    const flood = Array.from({ length: 3_000 }, () => flooder.double(1).then(() => "done", String));
    const askedAt = performance.now();
    expect(await other.double(3)).toBe(6);
    expect(performance.now() - askedAt).toBeLessThan(1_000);
    const outcomes = await Promise.all(flood);
    const refused = outcomes.filter((outcome) => outcome.includes("256 requests under way"));
    expect(refused.length + outcomes.filter((outcome) => outcome === "done").length).toBe(3_000);
  });

  it("of pictures that it does not read holds up nobody's", async () => {
    const { at, stage: slow } = await readable("control");
    await slow.position.get();
    const pictures = Array.from({ length: 8 }, () => slow.picture(4_000_000));
    const other = connectStage(at("cam"));
    expect((await other.picture(1_000))[0]).toHaveLength(1_000);
    expect((await Promise.all(pictures)).every(([bytes]) => bytes.length === 4_000_000)).toBe(true);
  });
});
