import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";

/** What a module exports, by name. */
export type Exports = Readonly<Record<string, new () => object>>;

const FOLDER = resolve(__dirname, "../../node_modules/.cache/rigwire-modules");

/**
 * Runs TypeScript as another compiler would have compiled it.
 *
 * @param options - What differs from a compiler that passes no types on.
 */
export function compiledModule(source: string, options: ts.CompilerOptions = {}): Exports {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.CommonJS,
      experimentalDecorators: true,
      ...options,
    },
  });
  const name = createHash("sha256").update(outputText).digest("hex");
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, `${name}.js`);
  writeFileSync(file, outputText);
  return jest.requireActual<Exports>(file);
}
