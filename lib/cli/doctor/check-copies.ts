import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { readFileSync } from "node:fs";
import { decodeJson } from "../../wire/json";
import { isObject } from "../../wire/message";
import { type Finding } from "../lookup/finding";

/** What users import as well as rigwire does. */
const SHARED = ["class-transformer", "class-validator", "reflect-metadata", "rxjs", "tsyringe"];

/**
 * Whether a project and the rigwire that it uses import the same copies of what both use.
 *
 * @returns Nothing where the folder's project does not use rigwire.
 */
export function checkCopies(folder: string): Finding | undefined {
  const own = createRequire(join(folder, "package.json"));
  const rigwire = manifestOf(own, "rigwire");
  if (rigwire === undefined) return undefined;
  const theirs = createRequire(rigwire);
  const subject = "shared packages";
  const twice = SHARED.flatMap((name) => {
    const [one, other] = [manifestOf(own, name), manifestOf(theirs, name)];
    if (one === undefined || other === undefined || one === other) return [];
    return [`${name}: ${versionIn(one)} in ${dirname(one)}, and ${versionIn(other)} in ${dirname(other)}`];
  });
  if (twice.length === 0)
    return { status: "well", subject, text: "the project and rigwire have the same copies" };
  return {
    status: "broken",
    subject,
    text: `two copies of ${twice.join("; ")}`,
    cure: "install one version that fits all: npm ls tells who wants which, npm dedupe may be enough",
  };
}

function manifestOf(require: NodeJS.Require, name: string): string | undefined {
  const paths = require.resolve.paths(name) ?? [];
  for (const path of paths) {
    try {
      // By its path: not every package exports its manifest.
      return require.resolve(join(path, name, "package.json"));
    } catch {
      continue;
    }
  }
  return undefined;
}

function versionIn(manifest: string): string {
  const content = decodeJson(readFileSync(manifest, "utf8"));
  return isObject(content) && typeof content.version === "string" ? content.version : "an unknown version";
}
