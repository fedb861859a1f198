import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import type typescript from "typescript";
import { UsageError } from "../program/exit-code";

type Compiler = typeof typescript;

/** What other programs get of a compiler written in another language, as version 7 is. */
interface VersionOnly {
  readonly version: string;
}

/**
 * Lets `require` read TypeScript: by a loader that was given to Node (`NODE_OPTIONS="-r …"`), else by the `typescript`
 * of the file's own project, without checking types.
 *
 * @throws UsageError where there is neither, or a `typescript` that other programs cannot use, as version 7 is.
 */
export function prepareTypeScript(file: string): void {
  const require = createRequire(file);
  const extensions = extensionsOf(require);
  if (extensions[".ts"] !== undefined && !isNodesOwn()) return;
  const compiler = compilerOf(require, file);
  const options = compilerOptions(compiler, file);
  const load = (module: NodeJS.Module, path: string) => {
    const { outputText } = compiler.transpileModule(readFileSync(path, "utf8"), {
      compilerOptions: options,
      fileName: path,
    });
    findSources(module, dirname(path));
    compile(module, outputText, path);
  };
  extensions[".ts"] = load;
  extensions[".cts"] = load;
}

/** Imports of TypeScript name the file that the compiler will write: `./stage.js` is `./stage.ts` here. */
function findSources(module: NodeJS.Module, folder: string): void {
  const load: unknown = Reflect.get(module, "require");
  if (typeof load !== "function") return;
  const require = (id: string) => Reflect.apply(load, module, [sourceOf(id, folder)]) as unknown;
  Reflect.set(module, "require", require);
}

function sourceOf(id: string, folder: string): string {
  if (!/^\.{0,2}\/.*\.c?js$/.test(id) || existsSync(resolve(folder, id))) return id;
  const source = id.replace(/js$/, "ts");
  return existsSync(resolve(folder, source)) ? source : id;
}

/** Later versions of Node strip types by themselves, and then cannot read decorators. */
function isNodesOwn(): boolean {
  const { typescript } = process.features as { typescript?: unknown };
  const options = [...process.execArgv, process.env.NODE_OPTIONS ?? ""].join(" ");
  return Boolean(typescript) && !/(^|\s)(-r|--require|--import)\b/.test(options);
}

function extensionsOf(require: NodeJS.Require): NodeJS.Dict<(module: NodeJS.Module, path: string) => void> {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- Node.js 20 has no other way that is not asynchronous.
  return require.extensions;
}

function compilerOf(require: NodeJS.Require, file: string): Compiler {
  let compiler: Compiler | VersionOnly;
  try {
    compiler = require("typescript") as typeof compiler;
  } catch {
    throw unreadable(file, "nothing here reads it");
  }
  if ("transpileModule" in compiler) return compiler;
  throw unreadable(file, `typescript ${compiler.version} does not compile for other programs`);
}

function unreadable(file: string, reason: string): UsageError {
  return new UsageError(
    `${file} is TypeScript, and ${reason}: compile it and serve the .js file, or npm install -D typescript@6`,
  );
}

/** Those of the project, with what decorators and this process need. */
function compilerOptions(compiler: Compiler, file: string): typescript.CompilerOptions {
  return {
    ...projectOptions(compiler, dirname(file)),
    module: compiler.ModuleKind.CommonJS,
    moduleResolution: compiler.ModuleResolutionKind.Bundler,
    target: compiler.ScriptTarget.ES2022,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    esModuleInterop: true,
    verbatimModuleSyntax: false,
    declaration: false,
    noEmit: false,
    inlineSourceMap: true,
    sourceMap: false,
  };
}

/** What the `tsconfig.json` of a folder, or of one above it, says. */
function projectOptions(compiler: Compiler, folder: string): typescript.CompilerOptions {
  const configFile = compiler.findConfigFile(folder, (path) => compiler.sys.fileExists(path));
  if (configFile === undefined) return {};
  const config: unknown = compiler.readConfigFile(configFile, (path) => compiler.sys.readFile(path)).config;
  return compiler.parseJsonConfigFileContent(config, compiler.sys, dirname(configFile)).options;
}

/** Runs JavaScript as the text of a module, as Node's own loader does. */
function compile(module: NodeJS.Module, text: string, path: string): void {
  const run: unknown = Reflect.get(module, "_compile");
  if (typeof run !== "function")
    throw new UsageError("this version of Node reads no TypeScript: compile the file first");
  Reflect.apply(run, module, [text, path]);
}
