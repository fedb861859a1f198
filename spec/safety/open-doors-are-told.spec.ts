import { existsSync, lstatSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { clientOf, generateKeys } from "rigwire";
import { isExposed } from "../../lib/transport/exposure";
import { RecordingLogger } from "../support/recording-logger";
import { connectVault, serveVault, temporaryFolder } from "./vault";

const modeOf = (path: string) => lstatSync(path).mode & 0o777;

describe("serving without keys", () => {
  it.each(["tcp://0.0.0.0", "tcp://*"])("at %s is told once, with the cure", async (url) => {
    const logger = new RecordingLogger();
    const { server } = await serveVault({ url, logger });
    await connectVault(server.url.replace(/\*|0\.0\.0\.0/, "127.0.0.1"), {}).open("anybody");
    expect(logger.lines).toEqual([
      expect.stringMatching(/^warn: tcp:\/\/\S+:\d+ is served without keys: .*security: \{ keys, allow \}/),
    ]);
  });

  it.each(["tcp://127.0.0.1", "tcp://localhost", "inproc://vault"])(
    "at %s is nothing to tell",
    async (url) => {
      const logger = new RecordingLogger();
      await serveVault({ url, logger });
      expect(logger.lines).toEqual([]);
    },
  );

  it("is nothing to tell where it was decided, nor where there are keys", async () => {
    const logger = new RecordingLogger();
    await serveVault({ url: "tcp://0.0.0.0", security: "plain", logger });
    await serveVault({ url: "tcp://0.0.0.0", security: { keys: generateKeys() }, logger });
    expect(logger.lines).toEqual([]);
  });
});

describe("an address", () => {
  it.each([
    "tcp://127.0.0.1:1",
    "tcp://127.9.8.7:1",
    "tcp://[::1]:1",
    "tcp://LOCALHOST:1",
    "ipc:///a",
    "inproc://a",
  ])("like %s is this computer's own", (url) => expect(isExposed(url)).toBe(false));

  it.each([
    "tcp://10.0.0.1:1",
    "tcp://*:1",
    "tcp://[::]:1",
    "tcp://127.0.0.1.example:1",
    "tcp://eth0:1",
    "ipc://@a",
  ])("like %s is open to others", (url) => expect(isExposed(url)).toBe(true));
});

const onPosix = process.platform === "win32" ? describe.skip : describe;

onPosix("local sockets", () => {
  it("are their user's alone, the one of the signals too", async () => {
    const path = join(temporaryFolder(), "vault.ipc");
    const before = process.umask(0o022);
    const { server } = await serveVault({ url: `ipc://${path}` });
    const remote = connectVault(server.url, {});
    remote.opened.subscribe();
    await remote.open("owner");
    expect([modeOf(path), modeOf(`${path}.signals`)]).toEqual([0o600, 0o600]);
    expect(process.umask(before)).toBe(0o022);
    await clientOf(remote).close();
  });

  it("leave the user's other files as they were meant", async () => {
    const folder = temporaryFolder();
    const before = process.umask(0o022);
    try {
      await serveVault({ url: `ipc://${join(folder, "vault.ipc")}` });
      await expect(serveVault({ url: `ipc://${join(folder, "missing", "vault.ipc")}` })).rejects.toThrow(
        /the folder does not exist/,
      );
      writeFileSync(join(folder, "file"), "");
      expect(statSync(join(folder, "file")).mode & 0o777).toBe(0o644);
    } finally {
      process.umask(before);
    }
    expect(existsSync(join(folder, "missing"))).toBe(false);
  });
});
