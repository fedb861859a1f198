import { type CodeBlock, placeOf } from "./code-blocks";

/** How a module of a page is run. */
export interface PageRun {
  /** It is stopped when a line of its output has these words; where there are none, it ends by itself. */
  readonly until: string | undefined;
  /** The files of the page that run meanwhile. */
  readonly beside: readonly string[];
  /** What it prints to stdout. */
  output?: CodeBlock;
}

/** A TypeScript or JavaScript module that a page shows, in one block or in several. */
export interface PageModule {
  readonly page: string;
  /** Its name on the page, `block-12.ts` where the page gives none. */
  readonly file: string;
  readonly blocks: readonly CodeBlock[];
  /** Files of the page (`camera.ts`) or of `spec/docs/context` (`camera`) whose names are there without an import. */
  readonly needs: readonly string[];
  /** A browser runs it: it is compiled with what there is, and without what is Node's. */
  readonly isForBrowser: boolean;
  readonly run: PageRun | undefined;
}

const EXTENSIONS: ReadonlyMap<string, string> = new Map([
  ["ts", "ts"],
  ["typescript", "ts"],
  ["tsx", "tsx"],
  ["js", "js"],
  ["mjs", "js"],
  ["javascript", "js"],
]);

export function isModule({ language }: CodeBlock): boolean {
  return EXTENSIONS.has(language);
}

/**
 * The modules that pages show.
 *
 * @throws Error for marks that do not fit together, such as a module that goes on and was never begun.
 */
export function pageModules(blocks: readonly CodeBlock[]): PageModule[] {
  const modules: PageModule[] = [];
  for (const block of blocks) {
    if (block.marks.has("unchecked")) continue;
    if (block.marks.has("output")) addOutput(modules, block);
    else if (isModule(block)) addModule(modules, block);
  }
  return modules;
}

function addModule(modules: PageModule[], block: CodeBlock): void {
  const continued = block.marks.get("continues");
  if (continued === undefined) {
    modules.push(newModule(modules, block));
    return;
  }
  const at = modules.findLastIndex(
    ({ page, file }) => page === block.page && (continued === "" || file === continued),
  );
  const before = modules[at];
  if (before === undefined)
    throw new Error(`${placeOf(block)}: there is nothing before it that it continues`);
  const more: PageModule = {
    ...before,
    blocks: [...before.blocks, block],
    needs: [...before.needs, ...listed(block.marks.get("needs"))],
    run: runOf(block) ?? before.run,
  };
  modules[at] = more;
}

function newModule(modules: readonly PageModule[], block: CodeBlock): PageModule {
  const { page, marks, line } = block;
  const file = marks.get("file") ?? `block-${line}.${EXTENSIONS.get(block.language) ?? "ts"}`;
  if (!/^[\w.-]+\.(tsx?|js)$/.test(file))
    throw new Error(`${placeOf(block)}: "${file}" is no name of a module`);
  if (modules.some((other) => other.page === page && other.file === file)) {
    throw new Error(
      `${placeOf(block)}: the page has a ${file} already; did you mean <!-- continues: ${file} -->?`,
    );
  }
  return {
    page,
    file,
    blocks: [block],
    needs: listed(marks.get("needs")),
    isForBrowser: marks.has("browser"),
    run: runOf(block),
  };
}

function runOf(block: CodeBlock): PageRun | undefined {
  const how = block.marks.get("run");
  const beside = listed(block.marks.get("beside"));
  if (how === undefined) {
    if (beside.length > 0) throw new Error(`${placeOf(block)}: "beside" says nothing without "run"`);
    return undefined;
  }
  const until = /^until\s+(.+)$/.exec(how)?.[1];
  if (how !== "" && until === undefined) throw new Error(`${placeOf(block)}: "run" or "run: until WORDS"`);
  return { until, beside };
}

function addOutput(modules: readonly PageModule[], block: CodeBlock): void {
  const run = modules.findLast((module) => module.page === block.page && module.run !== undefined)?.run;
  if (run === undefined) throw new Error(`${placeOf(block)}: nothing above it is run`);
  if (run.output !== undefined) throw new Error(`${placeOf(block)}: the module above has an output already`);
  run.output = block;
}

function listed(value: string | undefined): string[] {
  return (value ?? "").split(",").flatMap((name) => (name.trim() === "" ? [] : [name.trim()]));
}
