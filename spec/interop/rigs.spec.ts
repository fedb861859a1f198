import { firstValueFrom, take, toArray } from "rxjs";
import { ExperimentEvent } from "../../lib/experiments/experiment-event";
import { RigServices } from "../../lib/experiments/rig-services";
import { closeAll, closing, openMain, openRig } from "../experiments/rigs-on-loopback";
import { describeWithPython, type PythonPeer } from "./python-peer";

const REFERENCE = "2022-01-01_1_subject";

interface Told {
  readonly port?: number;
  readonly received?: readonly unknown[];
  readonly confirmed?: boolean;
}

function portOf(told: unknown): number {
  const { port } = told as Told;
  if (port === undefined) throw new Error(`no port in ${JSON.stringify(told)}`);
  return port;
}

/** What a peer tells next, several times over. */
async function tells(peer: PythonPeer, count: number): Promise<unknown[]> {
  const told: unknown[] = [];
  while (told.length < count) told.push(await peer.next());
  return told;
}

/** The confirmation first: a Python task that waited for it may print it after the answer that followed. */
function inOrder(told: readonly unknown[]): unknown[] {
  const isConfirmation = (each: unknown) => (each as Told).confirmed !== undefined;
  return [...told.filter(isConfirmation), ...told.filter((each) => !isConfirmation(each))];
}

afterEach(closeAll);

describeWithPython(["asyncio", "json"], "beside rigs in Python", (python) => {
  describe.each(["udp", "tcp"])("over %s", (scheme) => {
    it("a main rig tells a Python one what to do", async () => {
      const peer = python.start("rig_peer.py", [scheme, "server", "0"]);
      const uri = `${scheme}://127.0.0.1:${portOf(await peer.next())}`;
      await peer.ask({ answer: { file: "a.avi" } });
      const services = closing(new RigServices({ video: await openMain(uri) }));

      const bodies = [];
      for (const concurrent of [true, false]) {
        bodies.push((await services.start(REFERENCE, { rate: NaN }, { concurrent })).get("video"));
        bodies.push((await services.status("running", { concurrent })).get("video"));
        bodies.push((await services.stop({ at: 2n ** 63n }, { concurrent })).get("video"));
      }

      const expected = [[REFERENCE, { file: "a.avi" }], [20], [{ file: "a.avi" }]];
      expect(bodies).toEqual([...expected, ...expected]);
      const told = await tells(peer, 12);
      expect(told.filter((each) => (each as Told).confirmed === true)).toHaveLength(6);
      expect(told).toContainEqual({ received: [ExperimentEvent.START, REFERENCE, { rate: "NaN" }] });
    });

    it("a Python main rig tells one of ours what to do, which answers at once", async () => {
      const rig = await openRig(scheme);
      rig.respond(ExperimentEvent.ANY, ({ event }) =>
        event === ExperimentEvent.STATUS ? "running" : { event },
      );
      const peer = python.start("rig_peer.py", [scheme, "client", String(rig.localAddress.port)]);
      await peer.next();

      for (let round = 0; round < 10; round++) {
        peer.send({ send: [ExperimentEvent.START, REFERENCE, { é: [1, null] }] });
        expect(inOrder(await tells(peer, 2))).toEqual([
          { confirmed: true },
          { received: [ExperimentEvent.START, REFERENCE, { event: ExperimentEvent.START }] },
        ]);
      }
      peer.send({ send: [ExperimentEvent.STATUS, 0] });
      expect(inOrder(await tells(peer, 2))).toEqual([{ confirmed: true }, { received: [32, 20] }]);
    });

    it("each learns of the other's failure", async () => {
      const peer = python.start("rig_peer.py", [scheme, "server", "0"]);
      const main = await openMain(`${scheme}://127.0.0.1:${portOf(await peer.next())}`);
      await peer.ask({ fail: "ValueError: disk full" });
      await expect(main.request({ event: ExperimentEvent.END, body: [null] })).rejects.toThrow(
        /EXPEND failed at .*: ValueError: disk full/,
      );

      const rig = await openRig(scheme);
      rig.assign("expend", () => {
        throw new TypeError("no such file");
      });
      const pythonMain = python.start("rig_peer.py", [scheme, "client", String(rig.localAddress.port)]);
      await pythonMain.next();
      pythonMain.send({ send: [ExperimentEvent.END, null] });
      expect(inOrder(await tells(pythonMain, 2))).toEqual([
        { confirmed: true },
        { received: [0, "TypeError: no such file", 4] },
      ]);
    });

    it("many Python rigs speak to one of ours", async () => {
      const rig = await openRig(scheme);
      const received = firstValueFrom(rig.on("expinit").pipe(take(3), toArray()));
      const peers = [1, 2, 3].map(() =>
        python.start("rig_peer.py", [scheme, "client", String(rig.localAddress.port)]),
      );
      await Promise.all(peers.map((peer) => peer.next()));
      peers.forEach((peer, n) => peer.send({ send: [ExperimentEvent.INIT, n] }));
      const told = await Promise.all(peers.map((peer) => peer.next()));
      expect(told).toEqual(peers.map(() => ({ confirmed: true })));

      const messages = await received;
      expect(messages.map(({ data }) => Number(data)).sort()).toEqual([0, 1, 2]);
      await Promise.all(messages.map(({ sender, data }) => rig.init(data, { to: sender })));
      for (const [n, peer] of peers.entries()) {
        expect(await peer.next()).toEqual({ received: [ExperimentEvent.INIT, n] });
      }
    });
  });

  it("a Python main rig that listens for an answer only after the echo gets each of ours", async () => {
    const rig = await openRig("udp");
    rig.respond("expinit", ({ data }) => data);
    const main = python.start("sequential_main.py", [String(rig.localAddress.port), "10"]);

    for (let round = 0; round < 10; round++) {
      expect(await main.next()).toEqual({ answered: [ExperimentEvent.INIT, round] });
    }
  });
});
