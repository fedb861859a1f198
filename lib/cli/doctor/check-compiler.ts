import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { decodeJson } from "../../wire/json";
import { isObject } from "../../wire/message";
import { type Finding } from "../lookup/finding";

const SUBJECT = "tsconfig.json";
const FLAGS = 'set "experimentalDecorators": true and "emitDecoratorMetadata": true in compilerOptions';
const COMPILER_WITHIN_MS = 10_000;

/**
 * Whether the TypeScript project in a folder, if there is one that uses rigwire, compiles decorators as they must be.
 * The project's own `tsc` is asked: from version 7 on there is no other way.
 */
export async function checkCompiler(folder: string): Promise<Finding | undefined> {
  const configFile = join(folder, "tsconfig.json");
  const require = createRequire(configFile);
  if (!existsSync(configFile) || locationOf(require, "rigwire") === undefined) return undefined;
  const compiler = compilerProgram(require);
  if (compiler === undefined) return undefined;
  try {
    const run = [compiler, "--showConfig", "--project", configFile];
    const { stdout } = await promisify(execFile)(process.execPath, run, { timeout: COMPILER_WITHIN_MS });
    return judged(decodeJson(stdout));
  } catch (error) {
    return { status: "warning", subject: SUBJECT, text: `tsc does not read it: ${reasonOf(error)}` };
  }
}

function judged(config: unknown): Finding {
  const options = isObject(config) && isObject(config.compilerOptions) ? config.compilerOptions : {};
  if (options.experimentalDecorators === true && options.emitDecoratorMetadata === true) {
    return { status: "well", subject: SUBJECT, text: "decorators are compiled as rigwire needs it" };
  }
  if (options.experimentalDecorators !== true && options.emitDecoratorMetadata !== true) {
    return {
      status: "warning",
      subject: SUBJECT,
      text: "decorators are standard ones: on members only, with every type written out, @JsonMethod({ args: [Arg(…)] })",
      cure: FLAGS,
    };
  }
  return {
    status: "broken",
    subject: SUBJECT,
    text: "decorators are compiled without what rigwire needs",
    cure: FLAGS,
  };
}

/** The JavaScript of the project's `tsc`. */
function compilerProgram(require: NodeJS.Require): string | undefined {
  const manifest = locationOf(require, "typescript/package.json");
  if (manifest === undefined) return undefined;
  const content = decodeJson(readFileSync(manifest, "utf8"));
  const program = isObject(content) && isObject(content.bin) ? content.bin.tsc : undefined;
  return typeof program === "string" ? join(dirname(manifest), program) : undefined;
}

function locationOf(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}

/** tsc says on stdout what is wrong, as "error TS18003: No inputs were found …". */
function reasonOf(error: unknown): string {
  const output = isObject(error) && typeof error.stdout === "string" ? error.stdout.trim() : "";
  return output === "" ? "it gave no reason" : (output.split("\n")[0] ?? output);
}
