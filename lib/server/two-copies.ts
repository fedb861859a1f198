import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Logger } from "../log/logger";

/** What users import as well, and what does not work when they get another copy of it than rigwire. */
const SHARED = {
  "class-transformer": () => require.resolve("class-transformer"),
  "class-validator": () => require.resolve("class-validator"),
  "reflect-metadata": () => require.resolve("reflect-metadata"),
  rxjs: () => require.resolve("rxjs"),
  tsyringe: () => require.resolve("tsyringe"),
} as const;

const told = new Set<string>();

/** How many files were loaded when they were looked through: a process may serve thousands of devices. */
let looked = 0;

/**
 * Warns, once a process, of packages of which another copy is loaded than the one that rigwire has: what decorators of
 * one copy are told, the other does not know, so that `@Exclude()` or `@ValidateNested()` do not work.
 */
export function warnOfTwoCopies(log: Logger): void {
  const loaded = loadedFiles();
  if (loaded.length === looked) return;
  looked = loaded.length;
  for (const [name, ownEntry] of Object.entries(SHARED)) {
    const own = attempt(ownEntry);
    const folders = new Set(
      [...(own === undefined ? [] : [own]), ...loaded].flatMap((file) => folderOf(file, name)),
    );
    if (folders.size < 2 || told.has(name)) continue;
    told.add(name);
    const copies = [...folders].map((folder) => ({ folder, version: versionIn(folder) }));
    const listed = copies.map(({ folder, version }) => `${version} in ${folder}`).join(" and ");
    log.warn(
      { package: name, copies },
      `there are ${copies.length} copies of ${name}: ${listed}; what the decorators of one are told, the other does not ` +
        `know: see npm ls ${name}, and install one version that fits all`,
    );
  }
}

/** Nothing in a bundle, where each package is what it was bundled with. */
function loadedFiles(): readonly string[] {
  return attempt(() => Object.keys(require.cache)) ?? [];
}

/** The folder of the package to which a file belongs; empty where it is another's. */
function folderOf(file: string, name: string): string[] {
  const path = file.replaceAll("\\", "/");
  const inside = `/node_modules/${name}/`;
  const start = path.lastIndexOf("/node_modules/");
  return start >= 0 && path.startsWith(inside, start) ? [file.slice(0, start + inside.length - 1)] : [];
}

function versionIn(folder: string): string {
  const read = () => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version?: unknown };
  const version = attempt(read)?.version;
  return typeof version === "string" ? version : "an unknown version";
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
