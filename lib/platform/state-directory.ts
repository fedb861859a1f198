import { posix, win32 } from "node:path";
import { localAppData, type RuntimeSurroundings, surroundingsOfThisProcess } from "./runtime-directory";

/**
 * Where the files of an application stand that outlive its processes and are of use to this user on this computer, as
 * Python's platformdirs has it (`user_state_dir`). It need not exist.
 *
 * - Linux and other Unixes: in `$XDG_STATE_HOME`, else in `~/.local/state`.
 * - macOS: in `~/Library/Application Support`.
 * - Windows: in `%LOCALAPPDATA%`, inside an author folder of the same name.
 *
 * @param surroundings - Default: those of this process, as they are now.
 */
export function stateDirectoryOf(
  application: string,
  surroundings: Pick<RuntimeSurroundings, "platform" | "env" | "home"> = surroundingsOfThisProcess(),
): string {
  const { platform, env, home } = surroundings;
  switch (platform) {
    case "win32":
      return win32.join(localAppData(surroundings), application, application);
    case "darwin":
      return posix.join(home, "Library", "Application Support", application);
    default: {
      // A path that is not absolute is to be ignored (XDG Base Directory Specification).
      const named = env.XDG_STATE_HOME ?? "";
      return posix.join(posix.isAbsolute(named) ? named : posix.join(home, ".local", "state"), application);
    }
  }
}
