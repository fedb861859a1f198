import { join } from "node:path";
import {
  AddressError,
  AmbiguousDeviceError,
  DEVICE_DIRECTORY,
  type DeviceDirectory,
  type DeviceEvent,
  FleetModule,
  RigApp,
} from "rigwire";
import { Fleet } from "../../lib/fleet/fleet";
import { Camera, cameraOf, serveCamera, servedBy, startApp } from "../di/camera-apps";
import { silent } from "../registry/loopback-registry";
import { closing } from "../support/closing";
import { describeWithNats, NatsServer } from "../support/nats-server";
import { typeScriptProgram } from "../support/typescript-child";
import { fleetAt, next, serviceCalled } from "./fleets";

const LOST_WITHIN_MS = 5_000;

const told = ({ kind, device }: DeviceEvent) => `${kind} ${device.name}`;

describeWithNats("the devices of a fleet", () => {
  const program = typeScriptProgram(join(__dirname, "programs/fleet-app.ts"));
  let nats: NatsServer;

  beforeAll(async () => {
    nats = await NatsServer.start();
  });
  afterAll(() => nats.close());

  const directoryOf = (app: RigApp) => app.resolve(DEVICE_DIRECTORY);

  const watcher = () => closing(new Fleet(nats.url, { logger: silent })).directory;

  /** Who has listed while it watches is told of everything after that. */
  const changesOf = async (directory: DeviceDirectory, count: number) => {
    const told = next(directory.changes$, count, 12_000);
    await directory.find({});
    return { told };
  };

  it("are found by site and name, by name within the own site, and by type", async () => {
    await serveCamera({ name: "cam-1", number: 1 }, fleetAt(nats, "berlin"));
    await serveCamera({ name: "cam-1", number: 2 }, fleetAt(nats, "paris"));
    const user = await startApp(fleetAt(nats, "paris"));
    expect(await cameraOf(user, "berlin/cam-1").focus()).toBe(1);
    expect(await cameraOf(user, "paris/cam-1").focus()).toBe(2);
    expect(await cameraOf(user, "cam-1").focus()).toBe(2);
    await expect(cameraOf(user).focus()).rejects.toThrow(AmbiguousDeviceError);
    const all = await directoryOf(user).find({});
    expect(all.map(({ name, type }) => `${name} ${type}`).sort()).toEqual([
      "berlin/cam-1 camera",
      "paris/cam-1 camera",
    ]);
    expect(await directoryOf(user).find({ name: "rome/cam-1" })).toEqual([]);
    expect(await directoryOf(user).find({ type: "stage" })).toEqual([]);
  });

  it("are told with what others need to know of them", async () => {
    const app = await serveCamera({ name: "cam 1" }, fleetAt(nats, "berlin"));
    const [found] = await directoryOf(await startApp(fleetAt(nats))).find({ name: "berlin/cam 1" });
    const { url } = servedBy(app);
    expect(found).toEqual({
      name: "berlin/cam 1",
      ownName: "cam 1",
      site: "berlin",
      type: "camera",
      url,
      urls: [url],
      instance: app.servers[0]?.instance,
      isBridged: false,
    });
  });

  it("are used over the broker where they are served there", async () => {
    const url = ["tcp://127.0.0.1", `${nats.url}/berlin/cam-1`];
    await serveCamera({ name: "cam-1", number: 7, url }, fleetAt(nats, "berlin"));
    const user = await startApp(fleetAt(nats));
    const [found] = await directoryOf(user).find({ name: "berlin/cam-1" });
    expect(found?.url).toBe(`${nats.url}/berlin/cam-1`);
    expect(await cameraOf(user, "berlin/cam-1").focus()).toBe(7);
  });

  it("are told when they come and when their app closes, at once", async () => {
    const directory = watcher();
    const come = await changesOf(directory, 1);
    const app = await serveCamera({ name: "cam-1" }, fleetAt(nats, "berlin"));
    expect((await come.told).map(told)).toEqual(["added berlin/cam-1"]);
    const gone = await changesOf(directory, 1);
    const closedAt = performance.now();
    await app.close();
    expect((await gone.told).map(told)).toEqual(["removed berlin/cam-1"]);
    // Its silence would be told much later.
    expect(performance.now() - closedAt).toBeLessThan(3_000);
  });

  it("are lost when their process is killed, all of them, and not listed any more", async () => {
    const directory = watcher();
    const child = program.start([`${nats.url}/berlin`, "3"]);
    expect(await child.next()).toBe(3);
    const gone = await changesOf(directory, 3);
    expect(await directory.find({})).toHaveLength(3);
    const killedAt = performance.now();
    child.signal("SIGKILL");
    expect((await gone.told).map(told).sort()).toEqual([
      "removed berlin/cam-0",
      "removed berlin/cam-1",
      "removed berlin/cam-2",
    ]);
    expect(performance.now() - killedAt).toBeLessThan(LOST_WITHIN_MS);
    expect(await directory.find({})).toEqual([]);
  });

  it("are known by the hundreds, and told by them, as one process announces them", async () => {
    const COUNT = 700;
    const directory = watcher();
    const come = await changesOf(directory, COUNT);
    const fleet = closing(new Fleet(`${nats.url}/berlin`, { logger: silent }));
    await Promise.all(
      Array.from({ length: COUNT }, (_, number) => fleet.announce(serviceCalled(`cam-${number}`))),
    );
    expect(new Set((await come.told).map(({ device }) => device.name)).size).toBe(COUNT);
    // Nobody watches any more: they are asked for, in pages.
    const listed = await directory.find({});
    expect(new Set(listed.map(({ name }) => name)).size).toBe(COUNT);
    expect(await directory.find({ name: "berlin/cam-699" })).toHaveLength(1);

    const gone = await changesOf(directory, COUNT);
    await fleet.close();
    expect((await gone.told).every(({ kind }) => kind === "removed")).toBe(true);
  });

  it("have another name when they are given one", async () => {
    const app = await serveCamera({ name: "cam-1" }, fleetAt(nats, "berlin"));
    const changes = await changesOf(watcher(), 2);
    const [server] = app.servers;
    if (server !== undefined) server.name = "cam-2";
    expect((await changes.told).map(told)).toEqual(["removed berlin/cam-1", "added berlin/cam-2"]);
  });

  it("cannot be announced without a site", async () => {
    const app = closing(new RigApp({ logger: silent }).use(fleetAt(nats)).serve(Camera, { name: "cam-1" }));
    await expect(app.start()).rejects.toThrow(/cam-1 cannot be announced without a site/);
    expect(() => FleetModule.connect(nats.url, { site: "a/b" })).toThrow(AddressError);
    expect(() => FleetModule.connect("tcp://127.0.0.1:4222", {})).toThrow(AddressError);
  });

  it("are found when the broker comes back, and by an app that started before it", async () => {
    const own = await NatsServer.start();
    closing({ close: () => own.close() });
    await own.kill();
    const app = await serveCamera({ name: "cam-1", number: 7 }, fleetAt(own, "berlin"));
    const user = await startApp(fleetAt(own));
    await expect(directoryOf(user).find({ name: "berlin/cam-1" })).rejects.toThrow(/cannot be reached/);
    const focused = cameraOf(user, "berlin/cam-1", 12_000).focus();
    closing(await own.restarted());
    expect(await focused).toBe(7);
    await app.close();
  });
});
