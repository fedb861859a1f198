import { type FSWatcher, readdirSync, type Stats, statSync, watch } from "node:fs";
import { basename, dirname, join } from "node:path";

import { isAdvertisementName } from "./advertisement-file";

/** What is watched, and which names in it matter. */
interface Place {
  readonly path: string;
  readonly matters: (name: string) => boolean;
}

interface WatchedPlace {
  readonly watcher: FSWatcher;
  /** Tells a folder from one that was removed and made again. */
  readonly identity: string;
}

/**
 * Tells when something happens to the advertisements in a folder, which need not exist yet and may come and go.
 * It may call without need, and misses what the system does not report; it never fails.
 */
export class FolderWatch {
  private readonly watched = new Map<string, WatchedPlace>();

  /**
   * @param folder - That of all advertisements.
   * @param typeFolder - The name of the only folder in it that matters. Default: all of them.
   * @param onChange - Called when something happened; it should look, after a call of {@link follow}.
   */
  constructor(
    private readonly folder: string,
    private readonly typeFolder: string | undefined,
    private readonly onChange: () => void,
  ) {}

  /** Watches what exists now. What happens after it returns is told, as far as the system reports it. */
  follow(): void {
    // What was made just before the folder around it was watched shows when looked for once more.
    let isNew = true;
    while (isNew) {
      const places = this.places();
      this.leaveAllBut(places);
      isNew = places.filter((place) => this.watch(place)).length > 0;
    }
  }

  /** Stops for good. */
  close(): void {
    for (const path of [...this.watched.keys()]) this.leave(path);
  }

  private places(): readonly Place[] {
    if (!isThere(this.folder)) return [this.nearestAround()];
    const { typeFolder } = this;
    const all: Place = {
      path: this.folder,
      matters: (name) => typeFolder === undefined || name === typeFolder,
    };
    const names = typeFolder === undefined ? subfolders(this.folder) : [typeFolder];
    const types = names
      .map((name) => ({ path: join(this.folder, name), matters: isAdvertisementName }))
      .filter(({ path }) => isThere(path));
    return [all, ...types];
  }

  /** The innermost existing folder on the way to the one that is missing. */
  private nearestAround(): Place {
    let missing = this.folder;
    while (!isThere(dirname(missing)) && dirname(missing) !== missing) missing = dirname(missing);
    const awaited = basename(missing);
    return { path: dirname(missing), matters: (name) => name === awaited };
  }

  /** Returns whether the place was not watched before. */
  private watch({ path, matters }: Place): boolean {
    const identity = identityOf(path);
    if (identity === undefined || this.watched.get(path)?.identity === identity) return false;
    this.leave(path);
    try {
      const watcher = watch(path, (_event, name) => {
        // A folder that is itself removed or moved reports its own name, and nothing after that.
        const isItself = name === basename(path);
        if (isItself) this.leave(path);
        if (isItself || name === null || matters(name)) this.onChange();
      });
      watcher.on("error", () => this.leave(path));
      this.watched.set(path, { watcher, identity });
      return true;
    } catch {
      // Gone meanwhile, or the system has no watches left: the next look comes by the clock.
      return false;
    }
  }

  private leaveAllBut(places: readonly Place[]): void {
    const wanted = new Set(places.map(({ path }) => path));
    for (const path of [...this.watched.keys()]) if (!wanted.has(path)) this.leave(path);
  }

  private leave(path: string): void {
    this.watched.get(path)?.watcher.close();
    this.watched.delete(path);
  }
}

function isThere(folder: string): boolean {
  return statsOf(folder)?.isDirectory() === true;
}

function identityOf(folder: string): string | undefined {
  const stats = statsOf(folder);
  return stats && `${stats.dev}:${stats.ino}:${stats.birthtimeMs}`;
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function subfolders(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
