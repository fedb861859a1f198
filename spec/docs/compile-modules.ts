import { dirname, join } from "node:path";
import ts from "typescript";
import { contextFiles, moduleText } from "./module-text";
import { type PageModule } from "./page-modules";
import { PROJECT } from "./pages";

/** Where the modules would lie; nothing is written there. */
const FOLDER = join(PROJECT, "build/pages");

/** What the README asks of a reader's tsconfig.json, and `strict`. */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.Node20,
  lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
  types: ["node"],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  isolatedModules: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  esModuleInterop: true,
  skipLibCheck: true,
  allowJs: true,
  noEmit: true,
  paths: { rigwire: [join(PROJECT, "lib/index.ts")] },
};

/** What docs/browser.md asks of the tsconfig.json of a page. */
const BROWSER_OPTIONS: ts.CompilerOptions = {
  ...OPTIONS,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: [...(OPTIONS.lib ?? []), "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  types: [],
  jsx: ts.JsxEmit.ReactJSX,
  paths: { rigwire: [join(PROJECT, "lib/browser.ts")], "rigwire/browser": [join(PROJECT, "lib/browser.ts")] },
};

/**
 * Compiles modules of pages together, without writing anything.
 *
 * @returns What the compiler says, each with its place in the page.
 */
export function compileModules(modules: readonly PageModule[]): string[] {
  const texts = textsOf(modules);
  const ofBrowser = modules.filter(({ isForBrowser }) => isForBrowser);
  const ofNode = modules.filter(({ isForBrowser }) => !isForBrowser);
  return [...compile(ofNode, OPTIONS, texts), ...compile(ofBrowser, BROWSER_OPTIONS, texts)];
}

/** All that modules may import of their pages, by path. */
function textsOf(modules: readonly PageModule[]): ReadonlyMap<string, string> {
  const texts = new Map(modules.map((module) => [pathOf(module), moduleText(module, modules)]));
  for (const page of new Set(modules.map((module) => module.page))) {
    for (const [file, text] of contextFiles()) {
      const path = join(FOLDER, page, file);
      if (!texts.has(path)) texts.set(path, text);
    }
  }
  return texts.set(join(FOLDER, "package.json"), '{ "type": "module" }');
}

function compile(
  modules: readonly PageModule[],
  options: ts.CompilerOptions,
  texts: ReadonlyMap<string, string>,
): string[] {
  if (modules.length === 0) return [];
  const folders = new Set([...texts.keys()].map((path) => dirname(path)));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile, directoryExists } = host;
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  host.directoryExists = (path) => folders.has(path) || (directoryExists?.(path) ?? true);
  host.getSourceFile = (path, options, onError) => {
    const text = texts.get(path);
    return text === undefined
      ? getSourceFile(path, options, onError)
      : ts.createSourceFile(path, text, options);
  };
  const program = ts.createProgram(modules.map(pathOf), options, host);
  const general = program.getOptionsDiagnostics().map((each) => messageOf(each));
  return [...general, ...modules.flatMap((module) => complaintsAbout(program, module))];
}

function complaintsAbout(program: ts.Program, module: PageModule): string[] {
  const source = program.getSourceFile(pathOf(module));
  if (source === undefined) return [`${module.page}: ${module.file} is not compiled`];
  const complaints = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  return complaints.map((complaint) => {
    const { line } = source.getLineAndCharacterOfPosition(complaint.start ?? 0);
    return `${lineInPage(module, line)} ${messageOf(complaint)}`;
  });
}

function pathOf({ page, file }: PageModule): string {
  return join(FOLDER, page, file);
}

/** @param line - Of the module, counted from 0. */
export function lineInPage({ page, blocks }: PageModule, line: number): string {
  let left = line;
  for (const block of blocks) {
    if (left < block.lines.length) return `${page}:${block.line + left}`;
    left -= block.lines.length;
  }
  return page;
}

function messageOf({ messageText, code }: ts.Diagnostic): string {
  return `TS${code}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
}
