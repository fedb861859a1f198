import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import {
  Communicator,
  DeviceList,
  DeviceUnavailableError,
  DirectoryModule,
  injectable,
  RigApp,
  RigServices,
  RigServicesModule,
  RigUriError,
  ValidationError,
} from "rigwire";
import { silent } from "../experiments/rigs-on-loopback";
import { closing } from "../support/closing";

@injectable()
class Experiment {
  constructor(readonly rigs: RigServices) {}
}

async function listen(name: string, scheme = "udp"): Promise<Communicator> {
  const rig = closing(await Communicator.server(`${scheme}://127.0.0.1:0`, { name, logger: silent }));
  rig.respond("expinit", () => name);
  return rig;
}

function record(rig: Communicator, type = "rig") {
  return { name: rig.name, type, url: rig.uri };
}

async function answers(app: RigApp): Promise<unknown[]> {
  await app.start();
  return [...(await app.resolve(Experiment).rigs.init())];
}

describe("the rigs of an app", () => {
  it("are injected, in the order in which they were given", async () => {
    const [video, sound] = [await listen("v"), await listen("s", "tcp")];
    const app = closing(new RigApp().use(RigServicesModule.connect({ video: video.uri, sound: sound.uri })));
    expect(await answers(app)).toEqual([
      ["video", ["v"]],
      ["sound", ["s"]],
    ]);
  });

  it("are found by their device type, behind those that were given", async () => {
    const [video, sound, other] = [await listen("video"), await listen("sound"), await listen("other")];
    const app = closing(
      new RigApp()
        .use(DirectoryModule.fixed([record(video), record(other, "camera")]))
        .use(RigServicesModule.connect({ sound: sound.uri }, { find: "rig" })),
    );
    expect(await answers(app)).toEqual([
      ["sound", ["sound"]],
      ["video", ["video"]],
    ]);
  });

  it("are found by a query, at the URI that is made of their record", async () => {
    const video = await listen("video");
    const camera = { name: "cam-1", type: "camera", url: "tcp://127.0.0.1:9" };
    const app = closing(
      new RigApp().use(DirectoryModule.fixed([camera])).use(
        RigServicesModule.connect(
          {},
          {
            find: { name: "cam-1" },
            uriOf: ({ url }) => `udp://${new URL(url).hostname}:${new URL(video.uri).port}`,
          },
        ),
      ),
    );
    expect(await answers(app)).toEqual([["cam-1", ["video"]]]);
  });

  it("are waited for until there are enough", async () => {
    const [video, sound] = [await listen("video"), await listen("sound")];
    const devices = new DeviceList([record(video)]);
    const app = closing(
      new RigApp()
        .use(DirectoryModule.of(devices))
        .use(RigServicesModule.connect({}, { find: "rig", atLeast: 2 })),
    );
    const started = answers(app);
    await new Promise(setImmediate);
    devices.add(record(sound));
    expect(await started).toHaveLength(2);
  });

  it("that do not come in time are told with those that are there", async () => {
    const video = await listen("video");
    const app = closing(
      new RigApp()
        .use(DirectoryModule.fixed([record(video)]))
        .use(RigServicesModule.connect({}, { find: "rig", atLeast: 2, findWithinMs: 50 })),
    );
    const started = app.start();
    await expect(started).rejects.toThrow(DeviceUnavailableError);
    await expect(started).rejects.toThrow(
      /device of type "rig": 1 found in time, and at least 2 must be there: known are video \(rig, udp:/,
    );
  });

  it("are closed with the app", async () => {
    const app = new RigApp().use(RigServicesModule.connect({ video: (await listen("video")).uri }));
    await app.start();
    const { rigs } = app.resolve(Experiment);
    await app.close();
    expect([...rigs.rigs.values()].map(({ isConnected }) => isConnected)).toEqual([false]);
  });

  it("are all closed again if one of them cannot be spoken to", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    closing({ close: () => void server.close() });
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const ended = once(server, "connection").then(([socket]: Socket[]) => once(socket!.resume(), "end"));
    const uris = { sound: `tcp://127.0.0.1:${port}`, video: "tcp://127.0.0.1:1" };
    await expect(new RigApp().use(RigServicesModule.connect(uris)).start()).rejects.toThrow(
      DeviceUnavailableError,
    );
    await ended;
  });

  it.each<[string, RigApp, new (...args: never[]) => Error]>([
    ["no rig", new RigApp().use(RigServicesModule.connect({})), ValidationError],
    ["a wrong URI", new RigApp().use(RigServicesModule.connect({ video: "http://x" })), RigUriError],
    [
      "two rigs of one name",
      new RigApp()
        .use(DirectoryModule.fixed([{ name: "video", type: "rig", url: "udp://127.0.0.1:9" }]))
        .use(RigServicesModule.connect({ video: "udp://127.0.0.1:10" }, { find: "rig" })),
      ValidationError,
    ],
  ])("are refused: %s", async (_, app, error) => {
    await expect(app.start()).rejects.toThrow(error);
  });
});
