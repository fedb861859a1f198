import { constants, existsSync } from "node:fs";
import { access, open, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { isObject } from "../../wire/message";
import { UsageError } from "../program/exit-code";

const EXTENSION = /^[a-z0-9]{1,8}$/;

/** What `info.format` may say, and how files are called. */
const USUAL_EXTENSIONS: Readonly<Record<string, string>> = {
  jpeg: "jpg",
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/tiff": "tiff",
  "application/json": "json",
  "text/plain": "txt",
};

/** How files begin whose info object does not tell what they are. */
const BEGINNINGS: readonly (readonly [bytes: string, extension: string])[] = [
  ["\u00ff\u00d8\u00ff", "jpg"],
  ["\u0089PNG", "png"],
  ["II*\u0000", "tiff"],
  ["MM\u0000*", "tiff"],
  ["\u0093NUMPY", "npy"],
  ["\u0089HDF", "h5"],
  ["GIF8", "gif"],
  ["BM", "bmp"],
  ["%PDF", "pdf"],
  ["PK\u0003\u0004", "zip"],
];

/** A file's name for bytes that a method returned: `cam-1-get_image.jpg`. */
export function sensibleName(device: string, method: string, data: Buffer, info: unknown): string {
  const stem = `${device}-${method}`.replaceAll(/[^\w.-]+/g, "-").replace(/^[.-]+/, "");
  return `${stem}.${extensionOf(data, info)}`;
}

function extensionOf(data: Buffer, info: unknown): string {
  const told = isObject(info) ? (info.format ?? info.mime ?? info.type ?? info.encoding) : undefined;
  if (typeof told === "string") {
    const format = told.toLowerCase();
    const usual = USUAL_EXTENSIONS[format] ?? format;
    if (EXTENSION.test(usual)) return usual;
  }
  const beginning = data.subarray(0, 8).toString("latin1");
  return BEGINNINGS.find(([bytes]) => beginning.startsWith(bytes))?.[1] ?? "bin";
}

/**
 * Looks whether a file could be written, before a device is asked for what shall be in it.
 *
 * @throws UsageError if its folder is not there; the system's error if nothing may be written there.
 */
export async function expectWritable(file: string): Promise<void> {
  const folder = dirname(resolve(file));
  if (!existsSync(folder))
    throw new UsageError(`there is no folder ${folder}: make it, or name another file`);
  await access(existsSync(file) ? file : folder, constants.W_OK);
}

/** Writes a file that is named on the command line; what was there before is replaced. */
export async function writeNamed(file: string, data: Uint8Array): Promise<string> {
  const path = resolve(file);
  await write(path, "w", data);
  return file;
}

const MAX_NUMBER = 10_000;

/** Writes a file that nobody named; never over another: `image.jpg`, `image-2.jpg`, … */
export async function writeBeside(name: string, data: Uint8Array): Promise<string> {
  const dot = name.lastIndexOf(".");
  for (let number = 1; number < MAX_NUMBER; number++) {
    const file = number === 1 ? name : `${name.slice(0, dot)}-${number}${name.slice(dot)}`;
    try {
      await write(resolve(file), "wx", data);
      return file;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
  }
  throw new UsageError(`there are ${MAX_NUMBER} files like ${name} here: name one with --out FILE`);
}

/** What could be written only in part is taken away again. */
async function write(path: string, flags: "w" | "wx", data: Uint8Array): Promise<void> {
  const file = await open(path, flags);
  try {
    await file.writeFile(data);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}
