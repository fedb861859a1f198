import {
  AuthenticationError,
  DeviceRegistry,
  DeviceUnavailableError,
  generateKeys,
  JsonMethod,
  RegistryModule,
  type Remote,
  RigApp,
  type RigSecurity,
  RpcService,
  withOptions,
} from "rigwire";
import { silent } from "../registry/loopback-registry";
import { closing } from "../support/closing";
import { freePort } from "../support/free-port";

@RpcService({ type: "lamp" })
class Lamp {
  @JsonMethod()
  shine(): string {
    return "shines";
  }
}

/** Far longer than the test takes. */
const PATIENCE_MS = 60_000;

const rigKeys = generateKeys();

async function openRegistry(): Promise<DeviceRegistry> {
  const security = { keys: rigKeys, allow: [] };
  return closing(await DeviceRegistry.open({ url: "tcp://127.0.0.1", security, logger: silent }));
}

async function lampOf(url: string, security: RigSecurity | "plain"): Promise<Remote<Lamp>> {
  const app = closing(new RigApp({ logger: silent, security }));
  await app.use(RegistryModule.connect(url, { logger: silent })).start();
  return app.client(Lamp, "lamp");
}

describe("a client by name in a rig with one pair of keys", () => {
  it("is served where it has that pair", async () => {
    const { url } = await openRegistry();
    const rig = closing(new RigApp({ logger: silent, security: { keys: rigKeys } }));
    await rig
      .use(RegistryModule.connect(url, { logger: silent }))
      .serve(Lamp, { name: "lamp" })
      .start();
    expect(await (await lampOf(url, { keys: rigKeys })).shine()).toBe("shines");
  });

  it("is told at once that it has another, where, and what to do", async () => {
    const { url } = await openRegistry();
    const lamp = await lampOf(url, { keys: generateKeys() });
    const shone = withOptions(lamp, { timeoutMs: PATIENCE_MS }).shine();

    await expect(shone).rejects.toThrow(AuthenticationError);
    await expect(shone).rejects.toThrow(
      /closed during the security handshake: .*its own pair of keys there: give both the same key file/,
    );
    await expect(shone).rejects.toThrow(url);
    await expect(shone).rejects.not.toThrow("address unknown");
  });

  it("is told at once that it has none", async () => {
    const { url } = await openRegistry();
    const shone = withOptions(await lampOf(url, "plain"), { timeoutMs: PATIENCE_MS }).shine();
    await expect(shone).rejects.toThrow(/talks only to clients with keys/);
  });
});

describe("a client by name", () => {
  it("is told which registry is down, and why", async () => {
    const url = `tcp://127.0.0.1:${await freePort()}`;
    const shone = withOptions(await lampOf(url, "plain"), { timeoutMs: 1_000 }).shine();

    await expect(shone).rejects.toThrow(DeviceUnavailableError);
    await expect(shone).rejects.toThrow(
      `device "lamp" is not found yet: the registry at ${url} cannot be reached: connection refused`,
    );
  });
});
