import fc from "../support/seeded-fast-check";
import { EchoTimeoutError } from "../../lib/experiments/rig-errors";
import { RigServices } from "../../lib/experiments/rig-services";
import { type Fate, LossyNetwork } from "./lossy-network";
import { closeAll, closing, openMain, openRig } from "./rigs-on-loopback";

const PASSES: Fate = [0];
const IS_LOST: Fate = [];

afterEach(closeAll);

async function openLossy(fate: (from: "main" | "rig", nth: number) => Fate, echoTimeoutMs = 250) {
  const rig = await openRig("udp", { echoTimeoutMs });
  const network = await LossyNetwork.open(rig.localAddress, fate);
  const main = await openMain(network.uri, { echoTimeoutMs });
  const delivered: unknown[] = [];
  rig.events$.subscribe((message) => delivered.push(message.data));
  return { rig, network, main, delivered };
}

describe("over a lossy network", () => {
  it("a message that is lost ends in a timeout and was not delivered", async () => {
    const { main, delivered } = await openLossy((from, nth) =>
      from === "main" && nth === 0 ? IS_LOST : PASSES,
    );
    await expect(main.init("lost")).rejects.toThrow(EchoTimeoutError);
    await main.init("next");
    expect(delivered).toEqual(["next"]);
  });

  it("a confirmation that is lost ends in a timeout, though the message was delivered", async () => {
    const { main, delivered } = await openLossy((from, nth) =>
      from === "rig" && nth === 0 ? IS_LOST : PASSES,
    );
    await expect(main.init("once")).rejects.toThrow(EchoTimeoutError);
    expect(delivered).toEqual(["once"]);
  });

  it("a doubled message is delivered once, and its second confirmation starts nothing", async () => {
    const { main, delivered, network } = await openLossy(() => [0, 0]);
    const atMain: unknown[] = [];
    main.events$.subscribe((message) => atMain.push(message));
    await main.init("once");
    await main.init("twice");
    expect(delivered).toEqual(["once", "twice"]);
    expect(atMain).toEqual([]);
    expect(network.seen.filter(({ from }) => from === "main")).toHaveLength(2);
  });

  it("a late confirmation does not confirm a later message of the same content", async () => {
    const { main, delivered } = await openLossy((from, nth) => {
      // The first echo is late, and comes while the second message, which is lost, waits for its own.
      if (from === "rig") return nth === 0 ? [1] : PASSES;
      return nth === 1 ? IS_LOST : PASSES;
    });
    await expect(main.status("running")).rejects.toThrow(EchoTimeoutError);
    await expect(main.status("running")).rejects.toThrow(EchoTimeoutError);
    expect(delivered).toHaveLength(1);
  });

  it("messages that overtake each other are each confirmed by their own echo", async () => {
    const { main, delivered } = await openLossy((from, nth) => (from === "main" && nth === 0 ? [2] : PASSES));
    await Promise.all([main.init(1), main.init(2), main.init(3)]);
    expect(delivered).toEqual([2, 3, 1]);
  });

  it("a round names the rig that the network hides", async () => {
    const { rig, main } = await openLossy((from) => (from === "rig" ? IS_LOST : PASSES));
    const other = await openRig("udp");
    for (const each of [rig, other]) each.respond("expinit", () => "ready");
    const services = closing(new RigServices({ hidden: main, seen: await openMain(other.uri) }));
    await expect(services.init()).rejects.toMatchObject({
      silent: ["hidden"],
      answers: new Map([["seen", ["ready"]]]),
    });
  });

  it("whatever happens, what is confirmed was delivered, and nothing twice", async () => {
    const fates = fc.array(fc.array(fc.nat(3), { maxLength: 2 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(fates, fates, async (ofMain, ofRig) => {
        const cycle = (all: readonly Fate[], nth: number) => all[nth % all.length] ?? PASSES;
        const { main, delivered, network } = await openLossy(
          (from, nth) => cycle(from === "main" ? ofMain : ofRig, nth),
          40,
        );
        const sent = Array.from({ length: 20 }, (_, n) => n);
        const outcomes = await Promise.allSettled(sent.map((n) => main.init(n)));
        network.flush();
        const confirmed = sent.filter((n) => outcomes[n]?.status === "fulfilled");
        for (const outcome of outcomes) {
          if (outcome.status === "rejected") expect(outcome.reason).toBeInstanceOf(EchoTimeoutError);
        }
        expect(delivered).toEqual(expect.arrayContaining(confirmed));
        expect(new Set(delivered).size).toBe(delivered.length);
        await closeAll();
      }),
      { numRuns: 15 },
    );
  });
});
