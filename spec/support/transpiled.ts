import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { lazyEntry } from "../../lazy-entry.cjs";

/** What was transpiled once, of this version of a file, is not transpiled again; there is a program in many specs. */
const CACHE = resolve(__dirname, "../../node_modules/.cache/rigwire-programs");

/** As lazy as in the package. */
const ENTRY = resolve(__dirname, "../../lib/index.ts");

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.CommonJS,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  esModuleInterop: true,
  inlineSourceMap: true,
};

/** The JavaScript of a file, without checking types. */
export function transpiled(fileName: string, source: string): string {
  const key = JSON.stringify([ts.version, "lazy", OPTIONS, fileName, source]);
  const cached = join(CACHE, `${createHash("sha256").update(key).digest("hex")}.js`);
  if (existsSync(cached)) return readFileSync(cached, "utf8");
  const { outputText } = ts.transpileModule(source, { compilerOptions: OPTIONS, fileName });
  const code = fileName === ENTRY ? lazyEntry(outputText) : outputText;
  // Another spec may read it at this moment.
  const unfinished = `${cached}.${process.pid}`;
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(unfinished, code);
  renameSync(unfinished, cached);
  return code;
}
