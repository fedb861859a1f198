import { FleetModule, JsonMethod, MdnsModule, RigApp, RpcService } from "rigwire";
import { type FleetDiscoveryOptions } from "../../lib/di/fleet-module";
import { DEVICE_DIRECTORY } from "../../lib/di/rig-app";
import { messageOf } from "../../lib/errors";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { describeWithNats, NatsServer } from "../support/nats-server";
import { RecordingLogger } from "../support/recording-logger";
import { groupPort } from "./group-port";

@RpcService({ type: "camera" })
class Camera {
  @JsonMethod()
  shoot(): string {
    return "shot";
  }
}

describeWithNats("a fleet whose broker is announced by mDNS", () => {
  let nats: NatsServer;

  beforeAll(async () => (nats = await NatsServer.start()));
  afterAll(() => nats.close());

  /** Programs of one test hear each other and no other. */
  function group() {
    const network = { interfaces: ["lo"], port: groupPort() };
    const logger = new RecordingLogger();
    const listing = lazily(() =>
      closing(
        new RigApp({ logger }).use(
          MdnsModule.local({ ...network, serviceTypes: { "_nats._tcp": "broker" }, logger }),
        ),
      ).start(),
    );
    return {
      logger,
      /** The brokers that are announced, as any program hears of them. */
      announced: async () => (await listing()).resolve(DEVICE_DIRECTORY).find({ type: "broker" }),
      /** Announces a broker, until it is closed. */
      announcing: (broker: string) =>
        closing(new RigApp({ logger }).use(MdnsModule.local({ ...network, broker, logger }))).start(),
      member: (options: FleetDiscoveryOptions = {}) =>
        closing(new RigApp({ logger }).use(FleetModule.discover({ ...network, logger, ...options }))),
    };
  }

  it("is joined without any address, at the site that the broker is announced for", async () => {
    const { announcing, member } = group();
    await announcing(`${nats.url}/berlin`);
    await member().serve(Camera, { name: "cam-1" }).start();
    const user = await member().start();
    expect(await user.client(Camera, "berlin/cam-1").shoot()).toBe("shot");
  });

  it("does not count where it is another site's: the address that was given is used, and the log tells", async () => {
    const { announcing, member, logger } = group();
    await announcing("nats://127.0.0.1:1/paris");
    await member({ site: "rome", else: nats.url }).serve(Camera, { name: "cam-1" }).start();
    const user = await closing(new RigApp({ logger }).use(FleetModule.connect(nats.url, { logger }))).start();
    expect(await user.client(Camera, "rome/cam-1").shoot()).toBe("shot");
    expect(logger.lines.join("\n")).toContain(
      `the NATS broker at 127.0.0.1:${nats.port} is used: no NATS broker for the site rome is announced by mDNS`,
    );
  });

  it("is to be named where there are several", async () => {
    const { announcing, member, announced } = group();
    await announcing(`${nats.url}/oslo`);
    await announcing("nats://127.0.0.1:1");
    await eventually("both are announced", async () => (await announced()).length === 2);
    const directory = (await member().start()).resolve(DEVICE_DIRECTORY);
    const refusal = () => directory.find({}).then(() => "", messageOf);
    await eventually("it is refused", async () => (await refusal()).includes("2 NATS brokers are announced"));
    expect(await refusal()).toMatch(
      /announced by mDNS: say which with discover\({ name }\): "NATS on .*" at nats:\/\//,
    );
  });

  it("is not left for another that is announced while its broker is there", async () => {
    const { announcing, member, announced } = group();
    const announcer = await announcing(`${nats.url}/oslo`);
    await member().serve(Camera, { name: "cam-1" }).start();
    const user = await member().start();
    const directory = user.resolve(DEVICE_DIRECTORY);
    await user.client(Camera, "oslo/cam-1").shoot();
    await announcing("nats://127.0.0.1:1/oslo");
    await announcer.close();
    const isOther = async () => (await announced()).map(({ url }) => url).join() === "tcp://127.0.0.1:1";
    await eventually("the other alone is announced", isOther);
    // Longer than it takes to look again.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await directory.find({ name: "oslo/cam-1" })).toHaveLength(1);
  });

  it("is followed to where its broker is announced when that has gone", async () => {
    const { announcing, member } = group();
    const before = closing(await NatsServer.start());
    const announcer = await announcing(`${before.url}/lima`);
    await member().serve(Camera, { name: "cam-1" }).start();
    const directory = (await member().start()).resolve(DEVICE_DIRECTORY);
    const isListed = async () => (await directory.find({ name: "lima/cam-1" }).catch(() => [])).length === 1;
    await eventually("the device is in the fleet", isListed);
    await before.close();
    await announcer.close();
    await announcing(`${nats.url}/lima`);
    await eventually("the device is in the fleet at the other broker", isListed, 15_000);
  }, 30_000);

  it("is told as not found while nobody announces its broker", async () => {
    const directory = (await group().member({ searchMs: 300 }).start()).resolve(DEVICE_DIRECTORY);
    await expect(directory.find({})).rejects.toThrow(
      "the fleet is not found: no NATS broker is announced by mDNS in this computer's networks",
    );
  });
});

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

it.each([
  ["a password", { user: "rig", password: "secret" }],
  ["a token", { token: "secret" }],
])("%s is not given to whoever announces a broker", (_what, login) => {
  expect(() => FleetModule.discover({ nats: login })).toThrow(/would be given the password or token/);
  expect(() => FleetModule.discover({ nats: { ...login, tls: true } })).not.toThrow();
});
