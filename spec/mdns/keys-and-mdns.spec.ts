import {
  AuthenticationError,
  clientOf,
  DEVICE_REGISTRY,
  generateKeys,
  type KeyPair,
  JsonMethod,
  MdnsModule,
  RegistryModule,
  RigApp,
  RpcService,
} from "rigwire";
import { type RigAppOptions } from "../../lib/di/rig-app";
import { type RegistryDiscoveryOptions } from "../../lib/di/registry-module";
import { MulticastNetwork } from "../../lib/mdns/multicast-network";
import { ServiceBrowser } from "../../lib/mdns/service-browser";
import { descriptionOf } from "../../lib/mdns/service-description";
import { keyFingerprint } from "../../lib/security/key-fingerprint";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import { groupPort } from "./group-port";

@RpcService({ type: "camera" })
class Camera {
  @JsonMethod()
  shoot(): string {
    return "shot";
  }
}

const rig = generateKeys();
const desk = generateKeys();

/** Apps of one test hear each other and no other program. */
function group() {
  const logger = new RecordingLogger();
  const network = { interfaces: ["lo"], port: groupPort(), logger };
  return {
    logger,
    network,
    app: (security: RigAppOptions["security"] | undefined) =>
      closing(new RigApp({ logger, ...(security !== undefined && { security }) })).use(
        MdnsModule.local(network),
      ),
    /** An app that runs a registry with keys, and announces it. */
    async registry(keys: KeyPair, registryName: string) {
      const app = closing(new RigApp({ logger, security: { keys, allow: [desk.publicKey] } }));
      await app
        .use(RegistryModule.host({ url: "tcp://127.0.0.1", logger }))
        .use(MdnsModule.local({ ...network, registryName }))
        .start();
      return app.resolve(DEVICE_REGISTRY);
    },
    member: (security: RigAppOptions["security"] | undefined, options: RegistryDiscoveryOptions = {}) =>
      closing(new RigApp({ logger, ...(security !== undefined && { security }) })).use(
        RegistryModule.discover({ ...network, ...options }),
      ),
  };
}

describe("a device with keys, found by mDNS", () => {
  it("is announced with the fingerprint of its key, and not with the key", async () => {
    const { app, network, logger } = group();
    await app({ keys: rig }).serve(Camera, { name: "cam-1" }).start();
    const listening = closing(await MulticastNetwork.open(network));
    const browser = closing(new ServiceBrowser(listening, ["_rigwire._tcp.local"], logger));
    await eventually("it is announced", () => browser.services.length === 1);
    const [service] = browser.services;
    if (service === undefined) throw new Error("it is gone");
    expect(descriptionOf(service)?.keyFingerprint).toBe(keyFingerprint(rig.publicKey));
    expect([...service.text.values()].join()).not.toContain(rig.publicKey);
  });

  it("is called by who has its key and a key that it allows", async () => {
    const { app } = group();
    await app({ keys: rig, allow: [desk.publicKey] })
      .serve(Camera, { name: "cam-1" })
      .start();
    const user = await app({ keys: desk, serverKeys: { "cam-1": rig.publicKey } }).start();
    expect(await user.client(Camera, "cam-1").shoot()).toBe("shot");
  });

  it.each([
    ["has no keys", undefined, "client-without-keys"],
    [
      "has a key that it does not allow",
      { keys: generateKeys(), serverKeys: rig.publicKey },
      "client-not-allowed",
    ],
    ["expects another key of it", { keys: desk, serverKeys: desk.publicKey }, "unexpected-server"],
  ] as const)(
    "refuses who %s: nothing was sent, and the error says which it is",
    async (_who, security, problem) => {
      const { app } = group();
      await app({ keys: rig, allow: [desk.publicKey] })
        .serve(Camera, { name: "cam-1" })
        .start();
      const user = await app(security ?? "plain").start();
      const camera = user.client(Camera, "cam-1");
      const refusal = await camera.shoot().catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(AuthenticationError);
      expect(refusal).toMatchObject({ problem });
      await clientOf(camera).close();
    },
  );
});

describe("a registry with keys, found by mDNS", () => {
  it("is the one that is meant among others that are announced, by its key", async () => {
    const { registry, member } = group();
    const meant = await registry(rig, "lab");
    const impostor = await registry(generateKeys(), "impostor");
    const device = member({ keys: desk, serverKeys: { registry: rig.publicKey } });
    await device.serve(Camera, { name: "cam-1" }).start();
    await eventually("it is registered", () => meant.devices.length === 1);
    expect(impostor.devices).toEqual([]);
  });

  it("is not used where it has another key than expected: the log says that none is announced with that", async () => {
    const { registry, member, logger } = group();
    const impostor = await registry(generateKeys(), "impostor");
    const device = member({ keys: desk, serverKeys: { registry: rig.publicKey } }, { timeoutMs: 1_500 });
    await device.serve(Camera, { name: "cam-1" }).start();
    const told =
      "the registry cannot be reached (no registry with the key that is expected of it is announced by mDNS";
    await eventually("the log tells", () => logger.lines.some((line) => line.includes(told)));
    expect(impostor.devices).toEqual([]);
  });

  it("refuses a device without keys, which is served all the same: the log says what it lacks", async () => {
    const { registry, member, logger } = group();
    const lab = await registry(rig, "lab");
    const device = member("plain");
    await device.serve(Camera, { name: "cam-1" }).start();
    await eventually("the log tells", () => logger.lines.some((line) => /registry.*keys/.test(line)));
    expect(lab.devices).toEqual([]);
    expect(device.servers[0]?.url).toMatch(/^tcp:/);
  });
});
