import { chmodSync, chownSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AuthenticationError, generateKeys, KeyError, writeKeyFiles, type KeyPair } from "rigwire";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import { connectVault, failureOf, serveVault, temporaryFolder, twoPairs } from "./vault";

const { server: serverKeys, client: clientKeys } = twoPairs();
const logger = new RecordingLogger();

/** The number of a user who is not this one. */
const SOMEBODY = 65_534;

function folderOfKeys(): string {
  const folder = join(temporaryFolder(), "allowed");
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

function allow(folder: string, name: string, { publicKey }: KeyPair): string {
  const file = join(folder, `${name}.pub`);
  writeFileSync(file, `public ${publicKey}\n`, { mode: 0o600 });
  return file;
}

const connectAs = (keys: KeyPair, url: string) =>
  connectVault(url, { security: { keys, serverKey: serverKeys.publicKey }, timeoutMs: 4_000 });

/** A fresh client's first word: connected clients stay connected. */
async function isLetIn(keys: KeyPair, url: string): Promise<boolean> {
  const answer = await connectAs(keys, url)
    .open("somebody")
    .catch((error: unknown) => error);
  if (answer instanceof AuthenticationError) return false;
  expect(answer).toBe("opened by somebody");
  return true;
}

describe("a list of allowed keys", () => {
  it("lets in those on it, and nobody else", async () => {
    const other = generateKeys();
    const security = { keys: serverKeys, allow: [other.publicKey, clientKeys.publicKey] };
    const { server } = await serveVault({ security, logger });
    expect(await isLetIn(clientKeys, server.url)).toBe(true);
    expect(await isLetIn(other, server.url)).toBe(true);
    expect(await isLetIn(generateKeys(), server.url)).toBe(false);
  });

  it("that is empty lets in nobody but who has the server's own pair", async () => {
    const { server } = await serveVault({ security: { keys: serverKeys, allow: [] }, logger });
    expect(await isLetIn(clientKeys, server.url)).toBe(false);
    expect(await isLetIn(serverKeys, server.url)).toBe(true);
  });

  it("with what is no key is refused at once", async () => {
    const security = { keys: serverKeys, allow: [clientKeys.publicKey, "camera"] };
    await expect(serveVault({ security })).rejects.toThrow(/^allowed key 2 is no key: it has 6 characters/);
  });

  it("is, where none is given, the server's own pair: a rig may share one", async () => {
    const { server } = await serveVault({ security: { keys: serverKeys }, logger });
    expect(await connectVault(server.url, { security: { keys: serverKeys } }).open("rig")).toBe(
      "opened by rig",
    );
    expect(await isLetIn(clientKeys, server.url)).toBe(false);
  });
});

describe('"any"', () => {
  it("lets in whoever knows the server's key, but nobody without keys", async () => {
    const { server } = await serveVault({ security: { keys: serverKeys, allow: "any" }, logger });
    expect(await isLetIn(generateKeys(), server.url)).toBe(true);
    const stranger = connectVault(server.url, { security: "plain" });
    expect(await failureOf(stranger.open("stranger"))).toBeInstanceOf(AuthenticationError);
  });
});

describe("a folder of allowed keys", () => {
  it("lets a key in from the moment its file is there until it is gone", async () => {
    const folder = folderOfKeys();
    const { server } = await serveVault({ security: { keys: serverKeys, allow: folder }, logger });
    expect(await isLetIn(clientKeys, server.url)).toBe(false);
    const file = allow(folder, "client", clientKeys);
    expect(await isLetIn(clientKeys, server.url)).toBe(true);
    rmSync(file);
    expect(await isLetIn(clientKeys, server.url)).toBe(false);
  });

  it("is read again when a file changes in its place, also to one of the same size", async () => {
    const folder = folderOfKeys();
    const { server } = await serveVault({ security: { keys: serverKeys, allow: folder }, logger });
    const [first, second] = [generateKeys(), generateKeys()];
    allow(folder, "client", first);
    expect(await isLetIn(first, server.url)).toBe(true);
    allow(folder, "client", second);
    expect(await isLetIn(first, server.url)).toBe(false);
    expect(await isLetIn(second, server.url)).toBe(true);
    renameSync(allow(folder, "tmp", first), join(folder, "client.pub"));
    expect(await isLetIn(first, server.url)).toBe(true);
  });

  it("lets a client that was refused in as soon as its key is there, without a new client", async () => {
    const folder = folderOfKeys();
    const { server } = await serveVault({ security: { keys: serverKeys, allow: folder }, logger });
    const remote = connectAs(clientKeys, server.url);
    expect(await failureOf(remote.open("early"))).toBeInstanceOf(AuthenticationError);
    allow(folder, "client", clientKeys);
    await eventually("the client gets in", () =>
      remote.open("now").then(
        () => true,
        () => false,
      ),
    );
  });

  it("with a file that cannot be used says so, and still lets the others in", async () => {
    const folder = folderOfKeys();
    const log = new RecordingLogger();
    const { server } = await serveVault({ security: { keys: serverKeys, allow: folder }, logger: log });
    allow(folder, "client", clientKeys);
    writeFileSync(join(folder, "broken.pub"), "no key", { mode: 0o600 });
    writeFileSync(join(folder, "README"), "Keys of the rig's computers.");
    expect(await isLetIn(clientKeys, server.url)).toBe(true);
    expect(log.lines).toEqual([
      expect.stringMatching(/^warn: allowed keys: line 1 of .*broken\.pub is none/),
    ]);
  });

  it("takes no key from a file that others can write, nor from one that holds a secret", async () => {
    const folder = folderOfKeys();
    const { server } = await serveVault({ security: { keys: serverKeys, allow: folder }, logger });
    chmodSync(allow(folder, "open", clientKeys), 0o666);
    const { secretFile } = writeKeyFiles(join(temporaryFolder(), "other"), clientKeys);
    renameSync(secretFile, join(folder, "secret.pub"));
    expect(await isLetIn(clientKeys, server.url)).toBe(false);
  });

  it("that others can write to is refused, with the cure", async () => {
    const folder = folderOfKeys();
    chmodSync(folder, 0o777);
    const opening = serveVault({ security: { keys: serverKeys, allow: folder } });
    await expect(opening).rejects.toThrow(KeyError);
    await expect(opening).rejects.toThrow(`run chmod go-w ${folder}`);
  });

  it("takes no key from a link, whose aim others may change", async () => {
    const folder = folderOfKeys();
    const log = new RecordingLogger();
    const { server } = await serveVault({ security: { keys: serverKeys, allow: folder }, logger: log });
    symlinkSync(allow(temporaryFolder(), "elsewhere", clientKeys), join(folder, "client.pub"));

    expect(await isLetIn(clientKeys, server.url)).toBe(false);
    expect(log.lines).toContainEqual(expect.stringMatching(/^warn: allowed keys: .*client\.pub is a link/));
  });

  // Only root can give a file away.
  const asRoot = process.getuid?.() === 0 ? it : it.skip;

  asRoot("takes no key from a file of another user", async () => {
    const folder = folderOfKeys();
    const log = new RecordingLogger();
    const { server } = await serveVault({ security: { keys: serverKeys, allow: folder }, logger: log });
    chownSync(allow(folder, "client", clientKeys), SOMEBODY, SOMEBODY);

    expect(await isLetIn(clientKeys, server.url)).toBe(false);
    expect(log.lines).toContainEqual(expect.stringMatching(/client\.pub belongs to another user/));
  });

  asRoot("that belongs to another user is refused, with the cure", async () => {
    const folder = folderOfKeys();
    chownSync(folder, SOMEBODY, SOMEBODY);
    const opening = serveVault({ security: { keys: serverKeys, allow: folder } });

    await expect(opening).rejects.toThrow(KeyError);
    await expect(opening).rejects.toThrow(
      `belongs to another user, who can allow anybody with it: run chown 0 ${folder}`,
    );
  });

  it("that becomes unsafe or goes away lets in nobody", async () => {
    const folder = folderOfKeys();
    allow(folder, "client", clientKeys);
    const log = new RecordingLogger();
    const { server } = await serveVault({ security: { keys: serverKeys, allow: folder }, logger: log });
    chmodSync(folder, 0o777);
    expect(await isLetIn(clientKeys, server.url)).toBe(false);
    rmSync(folder, { recursive: true });
    expect(await isLetIn(clientKeys, server.url)).toBe(false);
    expect(log.lines.filter((line) => line.includes("allowed keys:"))).toEqual([
      expect.stringContaining("others can write to"),
      expect.stringContaining("cannot be read: ENOENT"),
    ]);
  });

  it("that does not exist is refused at once", async () => {
    const missing = join(temporaryFolder(), "missing");
    await expect(serveVault({ security: { keys: serverKeys, allow: missing } })).rejects.toThrow(
      /the folder of allowed keys .*missing cannot be read: ENOENT/,
    );
  });
});
