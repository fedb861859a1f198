import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const PROJECT = resolve(__dirname, "../..");
const FOLDER = join(PROJECT, "build/package");

/** The package as it would be published. */
export const TARBALL = join(FOLDER, "rigwire.tgz");

/** A file of the package. */
export interface PackedFile {
  readonly path: string;
  readonly size: number;
  readonly mode: number;
}

/** What `npm pack` says is in the package. */
export function packedFiles(): PackedFile[] {
  return JSON.parse(readFileSync(join(FOLDER, "contents.json"), "utf8")) as PackedFile[];
}
