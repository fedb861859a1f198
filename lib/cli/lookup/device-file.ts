import { existsSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { decodeJson } from "../../wire/json";
import { isObject } from "../../wire/message";
import { UsageError } from "../program/exit-code";

/** `FILE#Class`, taken apart. */
export interface DeviceFile {
  readonly path: string;
  readonly className: string | undefined;
}

/**
 * @throws UsageError if the file is not there.
 */
export function deviceFile(argument: string): DeviceFile {
  const separator = argument.lastIndexOf("#");
  const hasClass = separator > 0 && !existsSync(argument);
  const path = resolve(hasClass ? argument.slice(0, separator) : argument);
  if (!existsSync(path) || !statSync(path).isFile()) {
    throw new UsageError(
      `there is no file ${path}: give the file of a decorated class, as in dist/camera.js#Camera`,
    );
  }
  return { path, className: hasClass ? argument.slice(separator + 1) : undefined };
}

/**
 * The `rigwire` program that belongs to the package which the file imports; nothing where it is this one. A class must
 * be served by the copy of the package that decorated it.
 */
export function ownProgram({ path }: DeviceFile, thisProgram: string): string | undefined {
  let manifest: string;
  try {
    manifest = createRequire(path).resolve("rigwire/package.json");
  } catch {
    return undefined;
  }
  const { bin } = asObject(decodeJson(readFileSync(manifest, "utf8")));
  const program =
    isObject(bin) && typeof bin.rigwire === "string" ? join(dirname(manifest), bin.rigwire) : undefined;
  return program === undefined || program === thisProgram || !existsSync(program) ? undefined : program;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}
