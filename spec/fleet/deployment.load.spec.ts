import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DEVICE_DIRECTORY, RigApp, serve, clientOf, connect, type Remote, type RpcServer } from "rigwire";
import { firstValueFrom } from "rxjs";
import { Fleet } from "../../lib/fleet/fleet";
import { codeBlocksOf } from "../docs/code-blocks";
import { PROJECT } from "../docs/pages";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { freePort } from "../support/free-port";
import { describeWithNats, NatsServer } from "../support/nats-server";
import { RecordingLogger } from "../support/recording-logger";
import { ConformanceDevice } from "../transport/conformance/conformance-device";
import { fleetAt, next } from "./fleets";

const PAGE = "docs/deployment.md";

/** One begins with digits that would be a number, if it did not begin with a letter. */
const PASSWORDS = {
  CAM_1_PASSWORD: "p12345",
  OPERATOR_PASSWORD: "p-operator",
  READER_PASSWORD: "p-reader",
  BERLIN_PASSWORD: "p-berlin",
  PARIS_PASSWORD: "p-paris",
  OFFICE_PASSWORD: "p-office",
};

const passwordOf = (user: string) =>
  PASSWORDS[`${user.toUpperCase().replace("-", "_")}_PASSWORD` as keyof typeof PASSWORDS];

/** A configuration as the page shows it, but for the addresses. */
function documented(file: string, addresses: Readonly<Record<string, string>>): string {
  const block = codeBlocksOf(PAGE, readFileSync(join(PROJECT, PAGE), "utf8")).find(
    ({ marks }) => marks.get("file") === file,
  );
  if (block === undefined) throw new Error(`${PAGE} shows no ${file}`);
  const replaced = (text: string, [shown, real]: [string, string]) => {
    if (!text.includes(shown)) throw new Error(`${file} does not say ${shown}`);
    return text.replace(shown, real);
  };
  return Object.entries(addresses).reduce(replaced, block.lines.join("\n"));
}

describeWithNats("the configuration that the documentation shows", () => {
  let hub: NatsServer;
  let site: NatsServer;
  let device: ConformanceDevice;
  let logger: RecordingLogger;

  beforeAll(async () => {
    const leaves = `127.0.0.1:${await freePort()}`;
    hub = await NatsServer.start({
      config: documented("hub.conf", { "0.0.0.0:7422": leaves }),
      env: PASSWORDS,
    });
    const HUB_URL = `nats-leaf://berlin:${PASSWORDS.BERLIN_PASSWORD}@${leaves}`;
    site = await NatsServer.start({ config: documented("site.conf", {}), env: { ...PASSWORDS, HUB_URL } });
  });
  afterAll(async () => {
    await site.close();
    await hub.close();
  });
  beforeEach(() => {
    device = new ConformanceDevice();
    logger = new RecordingLogger();
  });

  const as = (user: string, server = site) => ({
    url: server.url.replace("//", `//${user}:${passwordOf(user)}@`),
  });
  const serveAs = async (user: string, name: string, served = device): Promise<RpcServer> =>
    closing(await serve(served, { url: `${as(user).url}/${name}`, logger, closeGraceMs: 100 }));
  const connectAs = (user: string, name = "berlin/cam-1", server = site): Remote<ConformanceDevice> => {
    const remote = connect(ConformanceDevice, `${as(user, server).url}/${name}`, {
      logger,
      timeoutMs: 5_000,
    });
    closing(clientOf(remote));
    return remote;
  };
  /** Reads a value and a signal. */
  const reads = async (remote: Remote<ConformanceDevice>) => {
    device.level = 7;
    expect(await remote.level.get()).toBe(7);
    const ticked = firstValueFrom(remote.ticked);
    let tick = 0;
    await eventually("a signal comes", async () => {
      device.ticked.next((tick += 1));
      return Promise.race([ticked.then(() => true), new Promise<boolean>((r) => setImmediate(r, false))]);
    });
    expect(await ticked).toBeGreaterThan(0);
  };
  const onlyReads = async (remote: Remote<ConformanceDevice>) => {
    await reads(remote);
    await expect(remote.move("forbidden")).rejects.toThrow(/permissions let this client only read/);
    await expect(remote.level.set(8)).rejects.toThrow(/permissions let this client only read/);
    expect([device.begun, device.level]).toEqual([[], 7]);
  };
  const directoryOf = async (user: string, server: NatsServer, site?: string) => {
    const module = fleetAt(as(user, server), site, { logger, onlySite: true });
    return closing(await new RigApp({ logger }).use(module).start()).resolve(DEVICE_DIRECTORY);
  };
  const listedBy = async (user: string, server: NatsServer, site?: string) =>
    (await (await directoryOf(user, server, site)).find({})).map(({ name }) => name);
  const announceAs = async (user: string, name: string, of: string, server = site) => {
    const app = closing(new RigApp({ logger }).use(fleetAt(as(user, server), of, { logger })));
    await app.serve(device, { name, url: `${as(user, server).url}/${of}/${name}` }).start();
  };

  it("lets a device serve its own name, and no other", async () => {
    await serveAs("cam-1", "berlin/cam-1");
    const other = new ConformanceDevice();
    await expect(serveAs("cam-1", "berlin/cam-2", other)).rejects.toThrow(
      /cannot serve at nats:.*cam-2: the NATS server's permissions do not let this program/,
    );
    await expect(serveAs("operator", "berlin/cam-2", other)).rejects.toThrow(
      /permissions do not let this program/,
    );
  });

  it("lets an operator command", async () => {
    await serveAs("cam-1", "berlin/cam-1");
    const operator = connectAs("operator");
    await reads(operator);
    expect(await operator.move("allowed")).toBe("allowed");
    expect(device.begun).toEqual(["allowed"]);
  });

  it("lets a reader read values and signals, and nothing else", async () => {
    await serveAs("cam-1", "berlin/cam-1");
    await onlyReads(connectAs("reader"));
  });

  it("lets the office read over the hub, and nothing else", async () => {
    await serveAs("cam-1", "berlin/cam-1");
    await onlyReads(connectAs("office", "berlin/cam-1", hub));
  });

  it("lets users find the devices of their site, and the office those that it may read", async () => {
    await announceAs("cam-1", "cam-1", "berlin");
    expect(await listedBy("operator", site)).toEqual(["berlin/cam-1"]);
    expect(await listedBy("reader", site)).toEqual(["berlin/cam-1"]);
    expect(await listedBy("office", hub, "berlin")).toEqual(["berlin/cam-1"]);
    await expect(listedBy("office", hub)).rejects.toThrow(/permissions do not let this program publish/);
    expect(logger.lines.filter((line) => line.includes("permissions"))).toEqual([]);
  });

  it("lets the office watch who comes and goes", async () => {
    const office = { site: "berlin", onlySite: true, logger };
    const { directory } = closing(new Fleet(as("office", hub).url, office));
    const changes = next(directory.changes$);
    await directory.find({});
    await announceAs("cam-1", "cam-1", "berlin");
    expect((await changes).map(({ kind, device: { name } }) => `${kind} ${name}`)).toEqual([
      "added berlin/cam-1",
    ]);
  });

  it("does not let a device be announced in another site, and says so", async () => {
    const app = closing(new RigApp({ logger }).use(fleetAt(as("cam-1"), "paris", { logger })));
    await app.serve(device, { name: "cam-1", url: `${as("cam-1").url}/berlin/cam-1` }).start();
    await eventually("it is logged", () =>
      logger.lines.some((line) =>
        /devices of paris are not announced as they should be: .*publish/.test(line),
      ),
    );
  });

  it("keeps sites from each other", async () => {
    await announceAs("paris", "lamp-1", "paris", hub);
    expect(await connectAs("paris", "paris/lamp-1", hub).move("own")).toBe("own");
    // Whatever a user of Paris may say in its own account, nobody of Berlin hears it.
    const berlin = new ConformanceDevice();
    await serveAs("cam-1", "berlin/cam-1", berlin);
    await expect(connectAs("paris", "berlin/cam-1", hub).move("foreign")).rejects.toThrow(
      /no device serves it/,
    );
    expect(berlin.begun).toEqual([]);
    expect(await listedBy("paris", hub)).toEqual(["paris/lamp-1"]);
    expect(await listedBy("operator", site)).toEqual([]);
  });
});
