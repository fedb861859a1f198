import { accessSync, constants } from "node:fs";
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
}

/**
 * The folder of all advertisements of this user: where Python's platformdirs has the runtime directory of an
 * application named `LocalServiceAdvertisements` (bpod_core ipc). It need not exist.
 *
 * - Linux and other Unixes: in `$XDG_RUNTIME_DIR`, else in `/run/user/UID`, else, where that is not writable,
 *   in `/tmp/runtime-UID`.
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

function unixRuntimeDirectory({ env, uid, isWritable }: RuntimeSurroundings): string {
  const named = env.XDG_RUNTIME_DIR ?? "";
  if (named.trim() !== "") return named;
  const user = String(uid ?? 0);
  const login = `/run/user/${user}`;
  return isWritable(login) ? login : `/tmp/runtime-${user}`;
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
