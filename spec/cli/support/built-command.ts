import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";

const PROJECT = resolve(__dirname, "../../..");

/** Stays from one run to the next: only what changed is compiled again. */
const BUILT = join(PROJECT, "build", "cli-under-test");

/** The package as it is when it is installed: programs in folders below {@link BUILT} can import it. */
const PACKAGE = join(BUILT, "node_modules", "rigwire");

/** Compiles the package, without checking types. @returns The `rigwire` program. */
export function buildCommand(): string {
  for (const folder of ["lib", "decorators"]) {
    for (const file of typeScriptFiles(join(PROJECT, folder))) compile(file);
  }
  replace(join(PACKAGE, "package.json"), readFileSync(join(PROJECT, "package.json"), "utf8"));
  return join(PACKAGE, "dist", "lib", "cli", "main.js");
}

/** A folder of a test's own, in which programs can import the package. */
export function workFolder(): string {
  // A package of its own: inside this project, "rigwire" would mean what the project last built.
  replace(join(BUILT, "package.json"), '{ "private": true }\n');
  return mkdtempSync(join(BUILT, "work-"));
}

function typeScriptFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.name.endsWith(".py")) {
      replace(join(PACKAGE, "dist", relative(PROJECT, path)), readFileSync(path, "utf8"));
    }
    if (entry.isDirectory()) return typeScriptFiles(path);
    return path.endsWith(".ts") ? [path] : [];
  });
}

function compile(file: string): void {
  const output = join(PACKAGE, "dist", relative(PROJECT, file).replace(/\.ts$/, ".js"));
  const compiledAt = statSync(output, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (compiledAt > statSync(file).mtimeMs) return;
  const compilerOptions: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node20,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    esModuleInterop: true,
  };
  replace(
    output,
    ts.transpileModule(readFileSync(file, "utf8"), { compilerOptions, fileName: file }).outputText,
  );
}

/** At once, so that another worker that compiles the same sees the whole file or the one before. */
function replace(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, content);
  if (file.endsWith("main.js")) chmodSync(unfinished, 0o755);
  renameSync(unfinished, file);
}

/** Removes what {@link workFolder} made. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
