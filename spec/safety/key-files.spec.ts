import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateKeys, KeyError, readKeyFile, readPublicKey, readPublicKeys, writeKeyFiles } from "rigwire";
import { decodeKey, encodeKey } from "../../lib/security/curve-key";
import { temporaryFolder } from "./vault";

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe("keys", () => {
  it("are made anew each time, 40 characters each, and belong together", () => {
    const keys = generateKeys();
    expect(keys.publicKey).toHaveLength(40);
    expect(keys.secretKey).toHaveLength(40);
    expect(generateKeys().secretKey).not.toBe(keys.secretKey);
  });

  it("are Z85 as ZeroMQ's specification shows it", () => {
    const bytes = Buffer.from("864fd26fb559f75b".repeat(4), "hex");
    expect(encodeKey(bytes)).toBe("HelloWorld".repeat(4));
    expect(decodeKey("HelloWorld".repeat(4), "it")).toEqual(bytes);
  });
});

describe("a key file", () => {
  it("is its owner's alone, in a folder that is its owner's alone", () => {
    const folder = join(temporaryFolder(), "keys");
    const files = writeKeyFiles(join(folder, "camera"), generateKeys());
    expect(files).toEqual({ secretFile: join(folder, "camera.key"), publicFile: join(folder, "camera.pub") });
    expect(modeOf(folder)).toBe(0o700);
    expect(modeOf(files.secretFile)).toBe(0o600);
    expect(modeOf(files.publicFile)).toBe(0o644);
  });

  it("gives back the pair, and beside it the public key alone", () => {
    const keys = generateKeys();
    const { secretFile, publicFile } = writeKeyFiles(join(temporaryFolder(), "camera.key"), keys);
    expect(readKeyFile(secretFile)).toEqual(keys);
    expect(readPublicKey(publicFile)).toBe(keys.publicKey);
    expect(readFileSync(publicFile, "utf8")).not.toContain(keys.secretKey);
  });

  it("is not written over by accident", () => {
    const path = join(temporaryFolder(), "camera");
    const keys = generateKeys();
    const { secretFile } = writeKeyFiles(path, keys);
    expect(() => writeKeyFiles(path, generateKeys())).toThrow(/camera\.key: it exists already/);
    expect(readKeyFile(secretFile)).toEqual(keys);
  });

  it("is replaced where that is wanted, and is still its owner's alone", () => {
    const path = join(temporaryFolder(), "camera");
    const { secretFile } = writeKeyFiles(path, generateKeys());
    const keys = generateKeys();
    chmodSync(secretFile, 0o644);
    writeKeyFiles(path, keys, { overwrite: true });
    expect(readKeyFile(secretFile)).toEqual(keys);
    expect(modeOf(secretFile)).toBe(0o600);
  });

  it.each([0o640, 0o604, 0o660, 0o644])("is refused with mode %d: others could have read it", (mode) => {
    const { secretFile } = writeKeyFiles(join(temporaryFolder(), "camera"), generateKeys());
    chmodSync(secretFile, mode);
    expect(() => readKeyFile(secretFile)).toThrow(KeyError);
    expect(() => readKeyFile(secretFile)).toThrow(`run chmod 600 ${secretFile}`);
  });

  it("that is the public one is refused as such: nothing in it is secret", () => {
    const { publicFile } = writeKeyFiles(join(temporaryFolder(), "camera"), generateKeys());
    expect(() => readKeyFile(publicFile)).toThrow(`${publicFile} holds no pair of keys`);
  });

  it("may hold comments, empty lines and the line ends of Windows", () => {
    const { publicKey, secretKey } = generateKeys();
    const path = join(temporaryFolder(), "camera.key");
    const lines = ["# a comment", "", `secret ${secretKey}`, `public   ${publicKey}  `, ""];
    writeFileSync(path, lines.join("\r\n"), { mode: 0o600 });
    expect(readKeyFile(path)).toEqual({ publicKey, secretKey });
  });

  it.each([
    ["no file", undefined, /cannot be read: ENOENT/],
    ["an empty file", "", /holds no pair of keys: expected the lines "public KEY" and "secret KEY"/],
    ["other text", "-----BEGIN PRIVATE KEY-----", /line 1 of .* is none of a key file/],
    ["two secrets", `secret ${"a".repeat(40)}\nsecret ${"b".repeat(40)}`, /line 2 of .* is none/],
    ["a short key", `public abc\nsecret abc`, /has 3 characters, not 40/],
    ["characters that Z85 does not know", `public ${"~".repeat(40)}\nsecret abc`, /Z85/],
    ["a number past 32 bits", `public ${"#".repeat(40)}\nsecret abc`, /Z85/],
  ])("that holds %s is refused with the reason", (_what, text, reason) => {
    const path = join(temporaryFolder(), "camera.key");
    if (text !== undefined) writeFileSync(path, text, { mode: 0o600 });
    expect(() => readKeyFile(path)).toThrow(KeyError);
    expect(() => readKeyFile(path)).toThrow(reason);
  });

  it("whose two keys do not belong together is refused, and its secret is not told", () => {
    const path = join(temporaryFolder(), "camera.key");
    const { secretKey } = generateKeys();
    writeFileSync(path, `public ${generateKeys().publicKey}\nsecret ${secretKey}\n`, { mode: 0o600 });
    expect(() => readKeyFile(path)).toThrow(/do not belong together$/);
  });
});

describe("a public key file", () => {
  it("that holds a secret is refused: it was not to be handed out", () => {
    const { secretFile } = writeKeyFiles(join(temporaryFolder(), "camera"), generateKeys());
    expect(() => readPublicKey(secretFile)).toThrow(/holds a secret key/);
  });

  it("is one of a folder of them, by name", () => {
    const folder = temporaryFolder();
    const [camera, stage] = [generateKeys(), generateKeys()];
    writeKeyFiles(join(folder, "camera"), camera);
    writeKeyFiles(join(folder, "stage"), stage);
    expect(readPublicKeys(folder)).toEqual({ camera: camera.publicKey, stage: stage.publicKey });
    expect(existsSync(join(folder, "stage.key"))).toBe(true);
  });
});
