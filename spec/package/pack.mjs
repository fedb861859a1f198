// Builds and packs the package as it would be published, into build/package/rigwire.tgz, and tells its size.
import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const PROJECT = resolve(import.meta.dirname, "../..");
const FOLDER = join(PROJECT, "build/package");

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
const report = execFileSync("npm", ["pack", "--json", "--silent", "--pack-destination", FOLDER], {
  cwd: PROJECT,
  encoding: "utf8",
  stdio: ["ignore", "pipe", "inherit"],
  shell: process.platform === "win32",
});
const told = JSON.parse(report);
// A list, or since npm 11 an object by package name.
const [packed] = Array.isArray(told) ? told : Object.values(told);
renameSync(join(FOLDER, packed.filename), join(FOLDER, "rigwire.tgz"));
writeFileSync(join(FOLDER, "contents.json"), JSON.stringify(packed.files, undefined, 1));

const kib = (bytes) => `${(bytes / 1024).toFixed(0)} KiB`;
console.log(`${packed.entryCount} files, ${kib(packed.size)} packed, ${kib(packed.unpackedSize)} unpacked`);
