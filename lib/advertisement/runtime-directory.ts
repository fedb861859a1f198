import { accessSync, constants, existsSync } from "node:fs";
import { homedir } from "node:os";
import { posix, win32 } from "node:path";

const APPLICATION = "LocalServiceAdvertisements";

/** What the place of the advertisements depends on. */
export interface RuntimeSurroundings {
  /** As `process.platform` names it. */
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's id; `undefined` on Windows, which has none. */
  readonly uid: number | undefined;
  /** The user's home folder. */
  readonly home: string;
  /** Whether the user may write in a folder; false where there is none. */
  readonly isWritable: (folder: string) => boolean;
  /** Whether the user may make a folder that is not there. Default: never. */
  readonly canMake?: (folder: string) => boolean;
}

/**
 * The folder of all advertisements of this user: where Python's platformdirs has the runtime directory of an
 * application named `LocalServiceAdvertisements` (bpod_core ipc). It need not exist.
 *
 * - Linux and other Unixes: in `$XDG_RUNTIME_DIR`, else in `/run/user/UID`, which root can make where there is none;
 *   else, where that is not writable, in `/tmp/runtime-UID`.
 * - macOS: in `~/Library/Caches/TemporaryItems`.
 * - Windows: in `%LOCALAPPDATA%\Temp`, inside an author folder of the same name.
 *
 * @param surroundings - Default: those of this process, as they are now.
 */
export function advertisementFolder(surroundings: RuntimeSurroundings = surroundingsOfThisProcess()): string {
  switch (surroundings.platform) {
    case "win32":
      return win32.join(localAppData(surroundings), "Temp", APPLICATION, APPLICATION);
    case "darwin":
      return posix.join(surroundings.home, "Library", "Caches", "TemporaryItems", APPLICATION);
    default:
      return posix.join(unixRuntimeDirectory(surroundings), APPLICATION);
  }
}

/**
 * The folders in which advertisements of this user may stand: where the environment names no runtime directory,
 * versions of platformdirs differ between `/run/user/UID` and `/tmp/runtime-UID`, and so do the services that use them.
 *
 * @param surroundings - Default: those of this process, as they are now.
 * @returns That of {@link advertisementFolder} first.
 */
export function searchedFolders(
  surroundings: RuntimeSurroundings = surroundingsOfThisProcess(),
): readonly string[] {
  const first = advertisementFolder(surroundings);
  const { platform, env, uid } = surroundings;
  if (platform === "win32" || platform === "darwin" || isNamed(env)) return [first];
  const both = [loginFolder(uid), temporaryFolder(uid)].map((folder) => posix.join(folder, APPLICATION));
  return [first, ...both.filter((folder) => folder !== first)];
}

function unixRuntimeDirectory({ env, uid, isWritable, canMake }: RuntimeSurroundings): string {
  if (isNamed(env)) return env.XDG_RUNTIME_DIR;
  const login = loginFolder(uid);
  return isWritable(login) || canMake?.(login) === true ? login : temporaryFolder(uid);
}

function isNamed(
  env: RuntimeSurroundings["env"],
): env is RuntimeSurroundings["env"] & { readonly XDG_RUNTIME_DIR: string } {
  return (env.XDG_RUNTIME_DIR ?? "").trim() !== "";
}

function loginFolder(uid: number | undefined): string {
  return `/run/user/${uid ?? 0}`;
}

function temporaryFolder(uid: number | undefined): string {
  return `/tmp/runtime-${uid ?? 0}`;
}

function localAppData({ env, home }: RuntimeSurroundings): string {
  const named = env.LOCALAPPDATA ?? "";
  return named === "" ? win32.join(home, "AppData", "Local") : named;
}

function surroundingsOfThisProcess(): RuntimeSurroundings {
  return {
    platform: process.platform,
    env: process.env,
    uid: process.getuid?.(),
    home: homedir(),
    isWritable,
    canMake,
  };
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Only root makes folders there: for others, the system does at login. */
function canMake(folder: string): boolean {
  if (process.getuid?.() !== 0 || existsSync(folder)) return false;
  const parent = posix.dirname(folder);
  return existsSync(parent) ? isWritable(parent) : parent !== folder && canMake(parent);
}
