import { firstValueFrom, take, toArray } from "rxjs";
import { ValidationError } from "../../lib/errors";
import { type Communicator } from "../../lib/experiments/communicator";
import { type EventCallback } from "../../lib/experiments/event-callbacks";
import { ExperimentEvent } from "../../lib/experiments/experiment-event";
import { ExperimentFailedError, ExperimentTimeoutError } from "../../lib/experiments/rig-errors";
import { type RigProgress } from "../../lib/experiments/rig-round";
import { RigServices, type RigServicesOptions } from "../../lib/experiments/rig-services";
import { closeAll, closing, openMain, openRig } from "./rigs-on-loopback";

const REFERENCE = "2022-01-01_1_subject";
const NAMES = ["video", "sound", "neurons"];

afterEach(closeAll);

/** Rigs that answer every event with their name, and the services of the main one that speak to them. */
async function openExperiment(scheme: string, names = NAMES, options: RigServicesOptions = {}) {
  const rigs = new Map<string, Communicator>();
  const clients = new Map<string, Communicator>();
  const told: string[] = [];
  for (const name of names) {
    const rig = await openRig(scheme, { name });
    rig.respond(ExperimentEvent.ANY & ~(ExperimentEvent.INFO | ExperimentEvent.STATUS), (message) => {
      told.push(`${name} ${message.name}`);
      return { name };
    });
    rig.respond("expstatus", () => "running");
    rig.respond("expinfo", () => ({ status: "stopped", data: name }));
    rigs.set(name, rig);
    clients.set(name, await openMain(rig.uri, { name }));
  }
  const services = closing(new RigServices(clients, { answerTimeoutMs: 5_000, ...options }));
  const rig = (name: string) => rigs.get(name)!;
  const swap = (name: string, handler: EventCallback) => {
    rig(name).clear(ExperimentEvent.ANY);
    rig(name).assign(ExperimentEvent.ANY, handler);
  };
  return { services, told, rig, swap };
}

function bodies(answers: ReadonlyMap<string, readonly unknown[]>) {
  return Object.fromEntries(answers);
}

describe.each(["udp", "tcp"])("all rigs as one over %s", (scheme) => {
  it.each([true, false])("go through an experiment (concurrent: %p)", async (concurrent) => {
    const { services } = await openExperiment(scheme);
    const ofEach = (body: (name: string) => unknown[]) =>
      Object.fromEntries(NAMES.map((name) => [name, body(name)]));
    const named = ofEach((name) => [{ name }]);
    expect(bodies(await services.init({ rate: 30 }, { concurrent }))).toEqual(named);
    expect(bodies(await services.start(REFERENCE, null, { concurrent }))).toEqual(
      ofEach((name) => [REFERENCE, { name }]),
    );
    expect(bodies(await services.status("running", { concurrent }))).toEqual(ofEach(() => [20]));
    expect(bodies(await services.info(20, null, { concurrent }))).toEqual(ofEach((name) => [30, name]));
    expect(bodies(await services.stop(null, { concurrent }))).toEqual(named);
    expect(bodies(await services.stop(null, { concurrent, immediately: true }))).toEqual(named);
    expect(bodies(await services.cleanup(null, { concurrent }))).toEqual(named);
  });

  it("are told one after the other, and in reverse to end", async () => {
    const { services, told } = await openExperiment(scheme);
    await services.init(null, { concurrent: false });
    await services.stop(null, { concurrent: false });
    expect(told).toEqual([
      "video EXPINIT",
      "sound EXPINIT",
      "neurons EXPINIT",
      "neurons EXPEND",
      "sound EXPEND",
      "video EXPEND",
    ]);
  });

  it("are heard even where the answer comes before the confirmation has been seen", async () => {
    const { services, swap } = await openExperiment(scheme);
    for (const name of NAMES) swap(name, (message) => message.reply("at once"));
    const answers = await services.init(null, { concurrent: false });
    expect([...answers.values()]).toEqual([["at once"], ["at once"], ["at once"]]);
  });
});

describe("all rigs as one", () => {
  it("name the silent and keep what the others answered", async () => {
    const { services, swap } = await openExperiment("udp", NAMES, { answerTimeoutMs: 200 });
    swap("sound", () => undefined);
    const error: unknown = await services.init().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ExperimentTimeoutError);
    expect(error).toMatchObject({
      message: "EXPINIT: no answer in time from sound; answered: video, neurons",
      silent: ["sound"],
      answers: new Map([
        ["video", [{ name: "video" }]],
        ["neurons", [{ name: "neurons" }]],
      ]),
    });
  });

  it("tell at once which rig failed and why", async () => {
    const { services, swap } = await openExperiment("udp");
    swap("video", () => {
      throw new Error("disk full");
    });
    const error: unknown = await services.stop().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ExperimentFailedError);
    expect(error).not.toBeInstanceOf(ExperimentTimeoutError);
    expect(error).toMatchObject({ silent: [], skipped: [] });
    expect(String(error)).toMatch(/EXPEND: video failed \(.*Error: disk full\); answered: sound, neurons/);
  });

  it("do not begin behind a rig that failed, but all end", async () => {
    const { services, swap, told } = await openExperiment("udp");
    swap("sound", () => {
      throw new Error("no microphone");
    });
    await expect(services.init(null, { concurrent: false })).rejects.toMatchObject({ skipped: ["neurons"] });
    await expect(services.stop(null, { concurrent: false })).rejects.toMatchObject({ skipped: [] });
    expect(told).toEqual(["video EXPINIT", "neurons EXPEND", "video EXPEND"]);
  });

  it("count an EXPEND as the answer to an EXPINTERRUPT", async () => {
    const { services, swap, rig } = await openExperiment("udp", ["video"]);
    swap("video", ({ sender }) => rig("video").stop("done", { to: sender }));
    expect(bodies(await services.stop(null, { immediately: true }))).toEqual({ video: ["done"] });
  });

  it("show who has answered so far", async () => {
    const { services } = await openExperiment("udp", ["video", "sound"]);
    const progress = firstValueFrom(services.progress$.pipe(take(3), toArray()));
    await services.start(REFERENCE, null, { concurrent: false });
    const seen = (await progress).map(({ name, waiting, answers, finished }: RigProgress) => [
      name,
      waiting,
      [...answers.keys()],
      finished,
    ]);
    expect(seen).toEqual([
      ["EXPSTART", ["video", "sound"], [], false],
      ["EXPSTART", ["sound"], ["video"], false],
      ["EXPSTART", [], ["video", "sound"], true],
    ]);
  });

  it("are awaited without being told anything", async () => {
    const { services, rig } = await openExperiment("udp", ["video", "sound"]);
    const hello = Promise.all([rig("video").onEvent("expstatus"), rig("sound").onEvent("expstatus")]);
    await services.status("connected");
    const [video, sound] = await hello;
    const all = services.awaitAll(ExperimentEvent.END | ExperimentEvent.INTERRUPT);
    await rig("video").stop(1, { to: video.sender });
    await rig("sound").stop(2, { to: sound.sender, immediately: true });
    expect(bodies(await all)).toEqual({ video: [1], sound: [2] });
    await expect(services.awaitAll("expend", { answerTimeoutMs: 20 })).rejects.toMatchObject({
      silent: ["video", "sound"],
    });
  });

  it("call back with the rig that sent, until that is cleared", async () => {
    const { services } = await openExperiment("udp", ["video", "sound"]);
    const calls: string[] = [];
    const callback = (message: { data: unknown }, rig: string, communicator: Communicator) =>
      calls.push(`${rig} ${communicator.name} ${JSON.stringify(message.data)}`);
    const observed: string[] = [];
    services.on("expinit").subscribe(({ rig }) => observed.push(rig));
    services.assign("expinit", callback);
    await services.init(null, { concurrent: false });
    expect(calls).toEqual(['video video {"name":"video"}', 'sound sound {"name":"sound"}']);
    expect(observed).toEqual(["video", "sound"]);
    expect(bodies(new Map([...services.clear("expinit", callback)].map(([rig, n]) => [rig, [n]])))).toEqual({
      video: [1],
      sound: [1],
    });
    await services.init();
    expect(calls).toHaveLength(2);
  });

  it("get the token, asked for or not", async () => {
    const token = { url: "https://alyx.example.org", token: { bob: "abc" } };
    const { services, rig } = await openExperiment("udp", ["video"], { alyx: token });
    const given = rig("video").onEvent("alyx");
    await services.alyx(token);
    const { sender, token: received } = await given;
    expect(received).toEqual(token);
    rig("video").clear("alyx");
    await expect(rig("video").alyx(undefined, { to: sender })).resolves.toEqual(token);
  });

  it("give up at once what waits when they are closed", async () => {
    const { services, swap, rig } = await openExperiment("udp", ["video"]);
    swap("video", () => undefined);
    const told = rig("video").onEvent("expinit");
    const answers = services.init();
    await told;
    await services.close();
    await expect(answers).rejects.toThrow(/EXPINIT: video failed \(video is closed: .*\); nobody answered/);
  });

  it("are clients, each of its own name", async () => {
    const rig = await openRig("udp");
    const main = await openMain(rig.uri);
    expect(() => new RigServices([main, main])).toThrow('two rigs are called "main"');
    expect(() => new RigServices({ rig })).toThrow(ValidationError);
  });

  it.each(["udp", "tcp"])("are a hundred over %s", async (scheme) => {
    const names = Array.from({ length: 100 }, (_, n) => `rig-${n}`);
    const { services } = await openExperiment(scheme, names);
    const answers = await services.init();
    expect([...answers.keys()]).toEqual(names);
    expect([...answers.values()]).toEqual(names.map((name) => [{ name }]));
  });
});
