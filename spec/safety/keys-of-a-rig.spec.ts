import { join } from "node:path";
import {
  AuthenticationError,
  DirectoryModule,
  generateKeys,
  KeyError,
  RigApp,
  type RigAppOptions,
  writeKeyFiles,
} from "rigwire";
import { resolveClientSecurity, resolveServerSecurity } from "../../lib/security/security-options";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";
import { connectVault, failureOf, serveVault, temporaryFolder, Vault } from "./vault";

const logger = new RecordingLogger();

function appOf(options: RigAppOptions): RigApp {
  return closing(new RigApp({ logger, clients: { timeoutMs: 4_000 }, ...options }));
}

describe("an app with keys", () => {
  it("serves and uses devices with one pair for the rig", async () => {
    const keys = generateKeys();
    const serving = await appOf({ security: { keys } }).serve(Vault, { name: "vault" }).start();
    const [server] = serving.servers;
    const devices = [{ name: "vault", type: "vault", url: server!.url }];
    const using = await appOf({ security: { keys } }).use(DirectoryModule.fixed(devices)).start();
    expect(await using.client(Vault, "vault").open("rig")).toBe("opened by rig");
    expect(await failureOf(connectVault(server!.url, {}).open("stranger"))).toBeInstanceOf(
      AuthenticationError,
    );
  });

  it("reaches its own devices, and those of others by their keys, by name or by type", async () => {
    const [mine, theirs] = [generateKeys(), generateKeys()];
    const { server } = await serveVault({
      name: "far",
      security: { keys: theirs, allow: [mine.publicKey] },
      logger,
    });
    const { server: open } = await serveVault({ name: "original", security: "plain" });
    const devices = [
      { name: "far", type: "vault", url: server.url },
      { name: "original", type: "vault", url: open.url },
    ];
    const serverKeys = { far: theirs.publicKey, original: "plain" };
    const app = appOf({ security: { keys: mine, allow: [theirs.publicKey], serverKeys } })
      .use(DirectoryModule.fixed(devices))
      .serve(Vault, { name: "near" });
    await app.start();
    for (const name of ["near", "far", "original"]) {
      expect(await app.client(Vault, name).open(name)).toBe(`opened by ${name}`);
    }
    const byType = appOf({ security: { keys: mine, serverKeys: { vault: theirs.publicKey } } });
    await byType.use(DirectoryModule.fixed(devices.slice(0, 1))).start();
    expect(await byType.client(Vault).open("type")).toBe("opened by type");
  });

  it("talks to nobody whose key is not the one that was named, whatever a directory says", async () => {
    const [mine, theirs] = [generateKeys(), generateKeys()];
    const { vault, server: impostor } = await serveVault({
      security: { keys: generateKeys(), allow: "any" },
      logger,
    });
    const devices = [{ name: "far", type: "vault", url: impostor.url }];
    const app = appOf({ security: { keys: mine, serverKeys: theirs.publicKey } });
    await app.use(DirectoryModule.fixed(devices)).start();
    expect(await failureOf(app.client(Vault, "far").open("me"))).toBeInstanceOf(AuthenticationError);
    expect(vault.reached).toEqual([]);
  });

  it("may serve one device openly", async () => {
    const app = await appOf({ security: { keys: generateKeys() } })
      .serve(Vault, { name: "open", security: "plain" })
      .start();
    expect(await connectVault(app.servers[0]!.url, {}).open("anybody")).toBe("opened by anybody");
  });

  it("has key names of no object's own members", async () => {
    const keys = generateKeys();
    const app = await appOf({ security: { keys, serverKeys: {} } })
      .serve(Vault, { name: "constructor" })
      .start();
    expect(await app.client(Vault, "constructor").open("rig")).toBe("opened by rig");
  });

  it("whose key file is missing is told so at once", () => {
    const app = appOf({ security: { keys: join(temporaryFolder(), "missing.key") } });
    expect(() => app.client(Vault, "vault")).toThrow(KeyError);
  });
});

describe("the environment", () => {
  const [server, client] = [generateKeys(), generateKeys()];

  function files() {
    const folder = temporaryFolder();
    return {
      folder,
      server: writeKeyFiles(join(folder, "server"), server),
      client: writeKeyFiles(join(folder, "client"), client),
    };
  }

  it("gives a server its keys and who is allowed", () => {
    const {
      folder,
      server: { secretFile },
    } = files();
    expect(resolveServerSecurity(undefined, { RIGWIRE_KEYS: secretFile, RIGWIRE_ALLOW: folder })).toEqual({
      keys: server,
      allow: folder,
    });
    expect(resolveServerSecurity(undefined, { RIGWIRE_KEYS: secretFile })).toEqual({
      keys: server,
      allow: [],
    });
  });

  it("gives a client its keys and the server's, as a key or as a file", () => {
    const {
      server: { publicFile },
      client: { secretFile },
    } = files();
    const expected = { keys: client, serverKey: server.publicKey };
    for (const RIGWIRE_SERVER_KEY of [publicFile, server.publicKey]) {
      expect(resolveClientSecurity(undefined, { RIGWIRE_KEYS: secretFile, RIGWIRE_SERVER_KEY })).toEqual(
        expected,
      );
    }
    expect(resolveClientSecurity(undefined, { RIGWIRE_KEYS: secretFile })).toEqual({
      keys: client,
      serverKey: client.publicKey,
    });
  });

  it("says nothing where the program does", () => {
    const environment = { RIGWIRE_KEYS: "/missing.key" };
    expect(resolveClientSecurity("plain", environment)).toBe("plain");
    expect(resolveServerSecurity("plain", environment)).toBe("plain");
    expect(resolveServerSecurity({ keys: server, allow: "any" }, environment)).toEqual({
      keys: server,
      allow: "any",
    });
  });

  it("is no security where it names none", () => {
    expect(resolveServerSecurity(undefined, {})).toBeUndefined();
    expect(resolveClientSecurity(undefined, {})).toBe("plain");
  });

  it("that names only half of it is refused: the process would talk openly", () => {
    expect(() => resolveServerSecurity(undefined, { RIGWIRE_ALLOW: "any" })).toThrow(/RIGWIRE_KEYS.* is not/);
    expect(() => resolveClientSecurity(undefined, { RIGWIRE_SERVER_KEY: server.publicKey })).toThrow(
      KeyError,
    );
    expect(resolveClientSecurity(undefined, { RIGWIRE_KEYS: "" })).toBe("plain");
  });
});
