import { Dealer } from "zeromq";
import {
  AuthenticationError,
  DEVICE_REGISTRY,
  DeviceRegistry,
  generateKeys,
  type KeyPair,
  RegistryClient,
  RegistryModule,
  RegistryRefusedError,
  RigApp,
  type ServerSecurity,
} from "rigwire";
import { isProven, proveOwnership } from "../../lib/security/ownership-proof";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";
import { failureOf, Vault } from "./vault";

const registryKeys = generateKeys();
const logger = new RecordingLogger();
const camera = { type: "camera", name: "cam", url: "tcp://10.0.0.7:9000" };

async function openRegistry(security: ServerSecurity): Promise<DeviceRegistry> {
  return closing(await DeviceRegistry.open({ url: "tcp://127.0.0.1", security, logger }));
}

function clientOf(registry: DeviceRegistry, keys: KeyPair | undefined): RegistryClient {
  const security = keys === undefined ? "plain" : { keys, serverKey: registryKeys.publicKey };
  return closing(new RegistryClient(registry.url, { security, logger }));
}

describe("a registry with keys", () => {
  it("tells a stranger nothing, registers none of its devices, and takes none out", async () => {
    const owner = generateKeys();
    const registry = await openRegistry({ keys: registryKeys, allow: [owner.publicKey] });
    const { uuid } = await clientOf(registry, owner).register(camera);
    for (const keys of [undefined, generateKeys()]) {
      const stranger = clientOf(registry, keys);
      for (const attempt of [
        stranger.list(),
        stranger.register({ ...camera, overwrite: true }),
        stranger.unregister(uuid),
        stranger.checkAlive(uuid),
      ]) {
        expect(await failureOf(attempt, 4_000)).toBeInstanceOf(AuthenticationError);
      }
    }
    expect(registry.devices).toEqual([camera]);
  });

  it("lets a device be replaced by its owner only, by name and by address", async () => {
    const [owner, other] = [generateKeys(), generateKeys()];
    const registry = await openRegistry({ keys: registryKeys, allow: "any" });
    await clientOf(registry, owner).register(camera);
    const stranger = clientOf(registry, other);
    for (const device of [
      { ...camera, url: "tcp://10.0.0.8:9000", overwrite: true },
      { ...camera, name: "mine" },
    ]) {
      const error = await failureOf(stranger.register(device));
      expect(error).toBeInstanceOf(RegistryRefusedError);
      expect(error.message).toContain('"cam" (tcp://10.0.0.7:9000) was registered with another key');
    }
    expect(registry.devices).toEqual([camera]);
    // A name that is taken is no trespass: there is another.
    const elsewhere = { ...camera, url: "tcp://10.0.0.8:9000" };
    expect((await stranger.register(elsewhere)).name).toBe("cam-1");
    // The owner restarted: another client with the same keys.
    const again = clientOf(registry, owner);
    expect((await again.register({ ...camera, overwrite: true })).name).toBe("cam");
    expect((await again.register({ ...camera, name: "renamed" })).name).toBe("renamed");
  });

  it("takes no device out without the right that its owner was given, whoever asks", async () => {
    const [owner, other] = [generateKeys(), generateKeys()];
    const registry = await openRegistry({ keys: registryKeys, allow: "any" });
    const { uuid } = await clientOf(registry, owner).register(camera);
    const stranger = clientOf(registry, other);
    const { uuid: own } = await stranger.register({ ...camera, name: "mine", url: "tcp://10.0.0.8:9000" });
    expect(own).not.toBe(uuid);
    for (const guess of ["", "0", uuid.slice(1), `${own}0`, "__proto__"]) {
      expect(await stranger.unregister(guess).catch(() => false)).toBe(false);
    }
    expect(registry.devices).toHaveLength(2);
    expect(JSON.stringify(await stranger.list())).not.toContain(uuid);
  });

  it("does not believe a key that is not proven, and takes a client that names none for nobody", async () => {
    const [owner, other] = [generateKeys(), generateKeys()];
    const registry = await openRegistry({ keys: registryKeys, allow: "any" });
    await clientOf(registry, owner).register(camera);
    const dealer = closing(
      new Dealer({
        linger: 0,
        receiveTimeout: 5_000,
        curveServerKey: registryKeys.publicKey,
        curvePublicKey: other.publicKey,
        curveSecretKey: other.secretKey,
      }),
    );
    dealer.connect(registry.url);
    const register = async (proof: object) => {
      const payload = { device_type: "camera", addr: camera.url, name: "cam", overwrite: true, ...proof };
      await dealer.send(["", JSON.stringify({ event: "REGISTER", payload })]);
      const [, reply] = await dealer.receive();
      return JSON.parse(reply!.toString()) as { event: string };
    };
    const ofOther = proveOwnership(other, registryKeys.publicKey);
    for (const proof of [
      {},
      { owner: null },
      { owner: "me" },
      { owner: { publicKey: owner.publicKey } },
      { owner: { publicKey: owner.publicKey, mac: "" } },
      { owner: { publicKey: owner.publicKey, mac: ofOther.mac } },
      { owner: proveOwnership({ ...owner, secretKey: other.secretKey }, registryKeys.publicKey) },
      { owner: proveOwnership(owner, other.publicKey) },
      { owner: ofOther },
    ]) {
      expect((await register(proof)).event).toBe("ACK");
    }
    expect(registry.devices).toEqual([camera]);
    expect((await register({ owner: proveOwnership(owner, registryKeys.publicKey) })).event).toBe(
      "REGISTER_ACK",
    );
  });

  it("is found, and registered with, by the apps of a rig with one pair", async () => {
    const security = { keys: generateKeys() };
    const main = closing(
      new RigApp({ security, logger }).use(RegistryModule.host({ url: "tcp://127.0.0.1", logger })),
    );
    await main.start();
    const registry = main.resolve(DEVICE_REGISTRY);
    const serving = new RigApp({ security, logger })
      .use(RegistryModule.connect(registry.localUrl, { logger }))
      .serve(Vault, { name: "vault" });
    await closing(serving).start();
    const using = closing(
      new RigApp({ security, logger }).use(RegistryModule.connect(registry.localUrl, { logger })),
    );
    await using.start();
    expect(await using.client(Vault, "vault").open("rig")).toBe("opened by rig");
    expect(registry.devices).toMatchObject([{ name: "vault" }]);
  });
});

describe("a proof of ownership", () => {
  const owner = generateKeys();

  it("holds for its owner and the registry that it was made for", () => {
    const proof = proveOwnership(owner, registryKeys.publicKey);
    expect(isProven(proof, registryKeys)).toBe(true);
    expect(isProven(proof, generateKeys())).toBe(false);
    expect(isProven({ ...proof, publicKey: generateKeys().publicKey }, registryKeys)).toBe(false);
    expect(isProven(proveOwnership(registryKeys, registryKeys.publicKey), registryKeys)).toBe(true);
  });

  it("does not hold for keys with which everybody computes the same secret, nor for what is no key", () => {
    const { mac } = proveOwnership(owner, registryKeys.publicKey);
    for (const publicKey of ["0".repeat(40), "", "x", "~".repeat(40), "#".repeat(40)]) {
      expect(isProven({ publicKey, mac }, registryKeys)).toBe(false);
    }
    expect(isProven({ publicKey: owner.publicKey, mac: "no base 64 at all" }, registryKeys)).toBe(false);
  });
});
