import { posix } from "node:path";
import {
  isRuntimeDirectoryNamed,
  loginFolder,
  runtimeDirectoryOf,
  type RuntimeSurroundings,
  surroundingsOfThisProcess,
  temporaryFolder,
} from "../platform/runtime-directory";

const APPLICATION = "LocalServiceAdvertisements";

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
  return runtimeDirectoryOf(APPLICATION, surroundings);
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
  if (platform === "win32" || platform === "darwin" || isRuntimeDirectoryNamed(env)) return [first];
  const both = [loginFolder(uid), temporaryFolder(uid)].map((folder) => posix.join(folder, APPLICATION));
  return [first, ...both.filter((folder) => folder !== first)];
}
