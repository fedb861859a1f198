import { readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { type ImageSource } from "./image-source";
import { type Picture, type PictureSize } from "./picture";
import { decodePictureFile } from "./picture-file";

/** A file of the folder that gives no picture, and why. */
export interface SkippedFile {
  readonly name: string;
  readonly reason: string;
}

export interface FolderSourceOptions {
  /** Called once for each file that is left out, as soon as that is known. */
  readonly onSkipped?: (file: SkippedFile) => void;
}

const PICTURE_EXTENSIONS: ReadonlySet<string> = new Set([".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff"]);
const NATURAL_ORDER = new Intl.Collator("en", { numeric: true });

/**
 * The photographs of a folder (.jpg, .jpeg, .png, .webp, .tif, .tiff), in the natural order of their names (`view-2`
 * before `view-10`), around and around. Hidden files are ignored; a file that turns out not to be a picture is left
 * out from then on.
 */
export class FolderSource implements ImageSource {
  /** Files still thought to be pictures; the next one is first. */
  private readonly upcoming: string[];
  private readonly skippedFiles: SkippedFile[] = [];

  private constructor(
    private readonly directory: string,
    entries: readonly FolderEntry[],
    private readonly options: FolderSourceOptions,
  ) {
    this.upcoming = entries.filter((entry) => entry.obstacle === undefined).map((entry) => entry.name);
    for (const { name, obstacle } of entries) {
      if (obstacle !== undefined) this.skip(name, obstacle);
    }
  }

  /**
   * Lists the folder; files that are added later are not seen.
   *
   * @throws Error if the folder is missing, cannot be read, or holds no file named like a picture.
   */
  static async open(directory: string, options: FolderSourceOptions = {}): Promise<FolderSource> {
    const source = new FolderSource(directory, await listFolder(directory), options);
    if (source.upcoming.length === 0) throw source.emptyError();
    return source;
  }

  /** The files left out so far. */
  get skipped(): readonly SkippedFile[] {
    return this.skippedFiles;
  }

  /** @throws Error if no file of the folder is left that is a picture; it lists the reasons. */
  async next(within: PictureSize): Promise<Picture> {
    for (let name = this.upcoming.shift(); name !== undefined; name = this.upcoming.shift()) {
      // Back in line at once, so that a second call meanwhile takes the picture after this one.
      this.upcoming.push(name);
      try {
        return await decodePictureFile(join(this.directory, name), within);
      } catch (error) {
        this.leaveOut(name, error);
      }
    }
    throw this.emptyError();
  }

  private leaveOut(name: string, error: unknown): void {
    const place = this.upcoming.indexOf(name);
    if (place < 0) return;
    this.upcoming.splice(place, 1);
    this.skip(name, reasonOf(error));
  }

  private skip(name: string, reason: string): void {
    const file = { name, reason };
    this.skippedFiles.push(file);
    this.options.onSkipped?.(file);
  }

  private emptyError(): Error {
    const reasons = this.skippedFiles.map(({ name, reason }) => `\n  ${name}: ${reason}`);
    const shown =
      reasons.slice(0, 5).join("") + (reasons.length > 5 ? `\n  and ${reasons.length - 5} more` : "");
    return new Error(
      `No picture (${[...PICTURE_EXTENSIONS].join(", ")}) in the folder ${this.directory}${shown}`,
    );
  }
}

interface FolderEntry {
  readonly name: string;
  /** Why it cannot be a picture; undefined if it may be one. */
  readonly obstacle: string | undefined;
}

async function listFolder(directory: string): Promise<readonly FolderEntry[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    throw new Error(`The folder of images ${directory} cannot be read: ${reasonOf(error)}`, { cause: error });
  });
  return entries
    .filter((entry) => !entry.name.startsWith("."))
    .map((entry) => ({ name: entry.name, obstacle: obstacleOf(entry.name, entry.isDirectory()) }))
    .sort((a, b) => NATURAL_ORDER.compare(a.name, b.name));
}

function obstacleOf(name: string, isDirectory: boolean): string | undefined {
  if (isDirectory) return "it is a folder; folders within the folder are not searched";
  if (PICTURE_EXTENSIONS.has(extname(name).toLowerCase())) return undefined;
  return "its name does not end like a picture's";
}

function reasonOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error);
  if ("code" in error && error.code === "ENOENT") return "it does not exist";
  if ("code" in error && error.code === "ENOTDIR") return "it is not a folder";
  return "message" in error ? String(error.message) : "an error without a message";
}
