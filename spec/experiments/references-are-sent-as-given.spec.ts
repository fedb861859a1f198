import { firstValueFrom } from "rxjs";
import { ExperimentReference } from "../../lib/experiments/experiment-reference";
import { RigServices } from "../../lib/experiments/rig-services";
import { ValidationError } from "../../lib/errors";
import { ExperimentEvent } from "../../lib/experiments/experiment-event";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { openPair } from "./rigs-on-loopback";

describe("the name of an experiment", () => {
  it.each(["2020-01-01_001_baz", "free text / é", "2022-01-01_1_subject"])(
    "is sent and answered as it was given: %s",
    async (text) => {
      const { rig, main } = await openPair("udp");
      rig.respond("expstart", ({ experiment }) => ({ experiment }));
      const received = firstValueFrom(rig.on("expstart"));
      const answer = await main.request({ event: ExperimentEvent.START, body: [text, null] });

      expect((await received).experiment).toBe(text);
      expect(answer.body).toEqual([text, { experiment: text }]);
      const again = firstValueFrom(rig.on("expstart"));
      await main.start(text);
      expect((await again).body).toEqual([text, null]);
    },
  );

  it("is checked where it is given in parts, or parsed", async () => {
    const { rig, main } = await openPair("udp");
    const received = firstValueFrom(rig.on("expstart"));
    await expect(main.start({ date: "2022-13-01", sequence: 1, subject: "a" })).rejects.toThrow(
      ValidationError,
    );
    await main.start({ date: "2022-01-01", sequence: 1, subject: "a" });

    expect((await received).reference?.toString()).toBe("2022-01-01_1_a");
    expect(() => ExperimentReference.parse("free text")).toThrow(ValidationError);
  });
});

describe("a communicator", () => {
  it("sends without waiting, and tells what is not confirmed yet", async () => {
    const { rig, main } = await openPair("udp");
    const received = firstValueFrom(rig.on("expinit"));
    await main.send({ event: ExperimentEvent.INIT, body: ["now"] });
    expect((await received).data).toBe("now");
    expect(main.awaitingResponse()).toBe(false);

    const confirmed = main.init();
    expect(main.awaitingResponse()).toBe(true);
    expect(main.awaitingResponse({ host: "127.0.0.1", port: 1 })).toBe(false);
    await confirmed;
    expect(main.awaitingResponse()).toBe(false);
  });
});

describe("the rigs of an experiment", () => {
  it("are connected while each of them is", async () => {
    const first = await openPair("tcp");
    const second = await openPair("tcp");
    const services = closing(new RigServices({ a: first.main, b: second.main }));

    expect(services.isConnected).toBe(true);
    await second.rig.close();
    await eventually("one is away", () => !services.isConnected);
  });
});
