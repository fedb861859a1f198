import { chmodSync, statSync } from "node:fs";
import { join } from "node:path";
import { generateKeys, readKeyFile, readPublicKey, serve, type ServerSecurity, writeKeyFiles } from "rigwire";
import { closing } from "../support/closing";
import { BARE_OVEN } from "./support/bare-oven";
import { commandLine } from "./support/command-line";
import { Thermometer } from "./support/thermometer";

/** What the environment says is looked for in the suite's own folder. */
const rigwire = commandLine({ RIGWIRE_KEYS: "rig.key" });
const keyless = commandLine();
/** Set by the test that makes it. */
const tokenOfTablet: { RIGWIRE_TOKEN?: string } = {};
const tablet = commandLine(tokenOfTablet);

const rig = generateKeys();
const desk = generateKeys();

beforeAll(() => {
  for (const { folder } of [rigwire, keyless]) {
    writeKeyFiles(join(folder, "rig"), rig);
    writeKeyFiles(join(folder, "desk"), desk);
    writeKeyFiles(join(folder, "known", "oven"), rig);
  }
});

async function served(security: ServerSecurity | "plain"): Promise<string> {
  const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  return closing(await serve(new Thermometer(), { name: "oven", security, logger })).url;
}

function ignore(): void {
  // A refusal is expected.
}

describe("rigwire keygen", () => {
  it("makes a pair, in a folder of its own, and keeps what is there", async () => {
    const made = await keyless.run("keygen", "new/camera", "--json");
    const secretFile = join(keyless.folder, "new/camera.key");
    const { publicKey } = readKeyFile(secretFile);
    expect(JSON.parse(made.stdout)).toEqual({
      secretFile: "new/camera.key",
      publicFile: "new/camera.pub",
      publicKey,
    });
    expect(readPublicKey(join(keyless.folder, "new/camera.pub"))).toBe(publicKey);
    expect(statSync(secretFile).mode & 0o777).toBe(0o600);

    const [again, folder] = await Promise.all([
      keyless.run("keygen", "new/camera"),
      keyless.run("keygen", "new"),
    ]);
    expect(again).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("--overwrite") });
    expect(folder).toMatchObject({ code: 2, stderr: expect.stringContaining("rigwire keygen new/rig") });
    expect(readKeyFile(secretFile).publicKey).toBe(publicKey);

    const replaced = await keyless.run("keygen", "new/camera.key", "--overwrite");
    expect(replaced.stdout).toContain(readKeyFile(secretFile).publicKey);
    expect(readKeyFile(secretFile).publicKey).not.toBe(publicKey);
  });
});

describe("rigwire keygen --token", () => {
  it("makes a token whose hash a device reads, once for each name", async () => {
    const made = await keyless.run("keygen", "--token", "tablet", "--json");
    const { path, name, token } = JSON.parse(made.stdout) as Record<"path" | "name" | "token", string>;
    expect([path, name]).toEqual(["keys/tokens", "tablet"]);
    const tokens = join(keyless.folder, path);
    const url = closing(await serve(new Thermometer(), { name: "oven", url: "ws://127.0.0.1", tokens })).url;

    tokenOfTablet.RIGWIRE_TOKEN = token;
    expect(await tablet.run("get", url, "target")).toMatchObject({ code: 0 });
    expect(await keyless.run("get", url, "target")).toMatchObject({
      code: 4,
      stderr: expect.stringContaining("takes only clients with a token"),
    });
    expect(await keyless.run("keygen", "--token", "tablet")).toMatchObject({
      stdout: "",
      stderr: expect.stringContaining("has a token named tablet"),
    });
    const shown = await keyless.run("keygen", "--token", "desk");
    expect(shown.stdout).toMatch(/^[\w-]{43} +the token of desk: it is shown this once\nkeys\/tokens/);
  });
});

describe("a device with keys", () => {
  it("is used with the rig's pair, by option or by environment", async () => {
    const url = await served({ keys: rig });
    const [byOption, byEnvironment] = await Promise.all([
      keyless.run("get", url, "target", "--keys", "rig.key"),
      rigwire.run("get", url, "target"),
    ]);
    expect(byOption).toEqual({ code: 0, stdout: "20\n", stderr: "" });
    expect(byEnvironment).toEqual({ code: 0, stdout: "20\n", stderr: "" });
  });

  it("is used with a pair of one's own, where that is allowed and the device's key is named", async () => {
    const url = await served({ keys: rig, allow: [desk.publicKey] });
    const results = await Promise.all(
      ["rig.pub", rig.publicKey].map((key) =>
        keyless.run("get", url, "target", "--keys", "desk.key", "--server-key", key),
      ),
    );
    expect(results.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
      { code: 0, stderr: "" },
      { code: 0, stderr: "" },
    ]);
  });

  it("lets nobody else in: that ends with 4, and one line with the cure", async () => {
    const url = await served({ keys: rig });
    const [none, other, refused] = await Promise.all([
      keyless.run("get", url, "target"),
      keyless.run("get", url, "target", "--keys", "desk.key"),
      keyless.run("get", url, "target", "--keys", "desk.key", "--server-key", "rig.pub", "--json"),
    ]);
    expect([none.code, other.code, refused.code]).toEqual([4, 4, 4]);
    expect(none.stderr).toMatch(/^rigwire: tcp:\S+ talks only to clients with keys; give --keys FILE .*\n$/);
    expect(other.stderr).toMatch(/^rigwire: tcp:\S+ has most likely another key .*--server-key FILE\.pub\n$/);
    expect(JSON.parse(refused.stderr)).toMatchObject({
      error: expect.stringContaining(`put it among its allowed keys: public ${desk.publicKey}`),
      exitCode: 4,
    });
  });

  it("is told from one without, which is used where that is said", async () => {
    const url = await served("plain");
    const [mistrusted, plain] = await Promise.all([
      rigwire.run("get", url, "target"),
      rigwire.run("get", url, "target", "--plain"),
    ]);
    expect(mistrusted).toMatchObject({ code: 4, stderr: expect.stringContaining("has no keys; --plain ") });
    expect(plain).toMatchObject({ code: 0, stdout: "20\n" });
  });

  it("is served, registered and found by name, each side with its own pair", async () => {
    const registry = rigwire.start("registry", "--url", "tcp://127.0.0.1", "--allow", "any", "--json");
    const { url } = JSON.parse(await registry.line()) as { readonly url: string };
    rigwire.write("oven.js", BARE_OVEN);
    const serving = ["serve", "oven.js", "--registry", url, "--allow", "any", "--json"];
    const oven = rigwire.start(...serving);
    expect(JSON.parse(await oven.line())).toMatchObject({ event: "serving", name: "oven" });
    writeKeyFiles(join(keyless.folder, "known", "registry"), rig, { overwrite: true });
    const own = ["--registry", url, "--keys", "desk.key", "--server-key", "known"];
    const [list, found, stranger, strangersName] = await Promise.all([
      keyless.run("devices", "--json", ...own),
      keyless.run("inspect", "oven", "--json", ...own),
      keyless.run("devices", "--registry", url),
      keyless.run("get", "oven", "--local", "--registry", url),
    ]);
    expect(JSON.parse(list.stdout)).toMatchObject({ name: "oven", alive: true });
    expect(JSON.parse(found.stdout)).toMatchObject({ name: "oven", type: "oven" });
    for (const refused of [stranger, strangersName]) {
      expect(refused).toMatchObject({ code: 4, stdout: "" });
      expect(refused.stderr).toContain(`the registry at ${url} talks only to clients with keys`);
    }
  });
});

describe("a registry without keys", () => {
  it("is told of where others reach it, unless that is what was wanted", async () => {
    const open = keyless.start("registry", "--url", "tcp://*");
    expect(await open.note()).toMatch(/^warning: whoever reaches tcp:\S+ can use it: --keys FILE .*--plain /);
    const plain = keyless.start("registry", "--url", "tcp://*", "--plain");
    await plain.line();
    plain.signal();
    expect(await plain.ended).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("options of keys that cannot be meant", () => {
  it("end with 2 before anything is connected to", async () => {
    const url = "tcp://127.0.0.1:9";
    const results = await Promise.all([
      keyless.run("get", url, "--server-key", "rig.pub"),
      keyless.run("get", url, "--keys", "nothing.key"),
      keyless.run("get", url, "--keys", "desk.key", "--server-key", "rig"),
      keyless.run("get", url, "--keys", "desk.key", "--server-key", "known"),
      keyless.run("registry", "--plain", "--keys", "desk.key"),
      keyless.run("registry", "--allow", "any"),
    ]);
    const told = [
      "--server-key needs keys of this side as well",
      "the key file cannot be read",
      "--server-key rig (neither a .pub file nor a folder) is no key",
      "names a folder of keys by device",
      "--plain and --keys say the opposite",
      "--allow needs keys of this side as well",
    ];
    results.forEach(({ code, stderr }, index) => {
      expect(stderr).toContain(told[index]);
      expect(code).toBe(2);
    });
  });
});

describe("rigwire doctor", () => {
  it("looks at the keys that are set, and tries a call with them", async () => {
    const [well, open] = await Promise.all([
      rigwire.run("doctor", "--allow", "known", "--server-key", "known"),
      openToOthers(),
    ]);
    expect(well.stdout).toContain(`✓ keys              rig.key holds a pair, and is its owner's alone`);
    expect(well.stdout).toMatch(/✓ allowed keys +known allows oven/);
    expect(well.stdout).toContain("served and answered, with keys, at");
    expect(open.stdout).toMatch(/✗ keys +others can read the secret key in open\.key .*chmod 600/);
    expect(open.code).toBe(1);
  });

  async function openToOthers() {
    const { secretFile } = writeKeyFiles(join(keyless.folder, "open"), desk);
    chmodSync(secretFile, 0o644);
    return keyless.run("doctor", "--keys", "open.key");
  }
});
