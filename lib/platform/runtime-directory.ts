import { accessSync, constants, existsSync } from "node:fs";
import { homedir } from "node:os";
import { posix, win32 } from "node:path";

/** What the place of a runtime directory depends on. */
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
 * Where the files of an application stand that live no longer than its processes: the user's own runtime directory of
 * that application, as Python's platformdirs has it. It need not exist.
 *
 * - Linux and other Unixes: in `$XDG_RUNTIME_DIR`, else in `/run/user/UID`, which root can make where there is none;
 *   else, where that is not writable, in `/tmp/runtime-UID`.
 * - macOS: in `~/Library/Caches/TemporaryItems`.
 * - Windows: in `%LOCALAPPDATA%\Temp`, inside an author folder of the same name.
 *
 * @param surroundings - Default: those of this process, as they are now.
 */
export function runtimeDirectoryOf(
  application: string,
  surroundings: RuntimeSurroundings = surroundingsOfThisProcess(),
): string {
  switch (surroundings.platform) {
    case "win32":
      return win32.join(localAppData(surroundings), "Temp", application, application);
    case "darwin":
      return posix.join(surroundings.home, "Library", "Caches", "TemporaryItems", application);
    default:
      return posix.join(unixRuntimeDirectory(surroundings), application);
  }
}

function unixRuntimeDirectory({ env, uid, isWritable, canMake }: RuntimeSurroundings): string {
  if (isRuntimeDirectoryNamed(env)) return env.XDG_RUNTIME_DIR;
  const login = loginFolder(uid);
  return isWritable(login) || canMake?.(login) === true ? login : temporaryFolder(uid);
}

/** Whether the environment names the runtime directory of all applications. */
export function isRuntimeDirectoryNamed(
  env: RuntimeSurroundings["env"],
): env is RuntimeSurroundings["env"] & { readonly XDG_RUNTIME_DIR: string } {
  return (env.XDG_RUNTIME_DIR ?? "").trim() !== "";
}

/** What the system makes for a user who logs in. */
export function loginFolder(uid: number | undefined): string {
  return `/run/user/${uid ?? 0}`;
}

/** What is there without a login. */
export function temporaryFolder(uid: number | undefined): string {
  return `/tmp/runtime-${uid ?? 0}`;
}

/** Where Windows keeps the files of applications that stay on this computer. */
export function localAppData({ env, home }: Pick<RuntimeSurroundings, "env" | "home">): string {
  const named = env.LOCALAPPDATA ?? "";
  return named === "" ? win32.join(home, "AppData", "Local") : named;
}

export function surroundingsOfThisProcess(): RuntimeSurroundings {
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
