import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { freePort } from "../support/free-port";
import { transpile } from "../support/typescript-child";
import { contextFiles, moduleText } from "./module-text";
import { type PageModule } from "./page-modules";
import { PROJECT } from "./pages";

const DEADLINE_MS = 20_000;
const ADDRESS = /\b127\.0\.0\.1:(\d+)\b/g;

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  isolatedModules: true,
};

/** A page's modules as files. */
interface Page {
  readonly folder: string;
  /** The ports of the page, each with the free one that stands in for it. */
  readonly ports: ReadonlyMap<string, number>;
}

/** A process that runs a module. */
interface Run {
  /** Resolves when it ended well, or was stopped as it should be. */
  readonly end: Promise<void>;
  output(): string;
}

/** Runs modules of pages, each page in a folder of its own, with this very library. */
export class PageRuns {
  private readonly root = mkdtempSync(join(tmpdir(), "rigwire-pages-"));
  private readonly pages = new Map<string, Promise<Page>>();
  private readonly processes = new Map<ChildProcess, Promise<unknown>>();

  /** @param modules - All of the documentation: a module imports others of its page. */
  constructor(private readonly modules: readonly PageModule[]) {
    transpile(join(PROJECT, "lib/index.ts"), join(this.root, "library"), new Set());
    writeFileSync(join(this.root, "library/package.json"), '{ "type": "commonjs" }');
    symlinkSync(join(PROJECT, "node_modules"), join(this.root, "node_modules"), "junction");
    // By its own name a package finds itself.
    const itself = { name: "rigwire", type: "module", exports: "./library/lib/index.js" };
    writeFileSync(join(this.root, "package.json"), JSON.stringify(itself));
  }

  /**
   * Runs a module to its end, or to the words at which it is stopped.
   *
   * @returns What it printed, with the ports of the page.
   * @throws Error if it fails or takes too long, or one that runs beside it ends before it and badly.
   */
  async run({ page: name, file, run }: PageModule): Promise<string> {
    const page = await this.pageNamed(name);
    const beside = (run?.beside ?? []).map((other) => this.start(page, other));
    const { end, output } = this.start(page, file, run?.until);
    await Promise.race([end, ...beside.map((other) => other.end.then(() => end))]);
    await this.stopAll();
    return asOnPage(output(), page);
  }

  /** Stops what runs. */
  async stopAll(): Promise<void> {
    for (const child of this.processes.keys()) child.kill("SIGKILL");
    await Promise.allSettled(this.processes.values());
    this.processes.clear();
  }

  /** Stops what runs, and removes the files. */
  async close(): Promise<void> {
    await this.stopAll();
    rmSync(this.root, { recursive: true, force: true });
  }

  private pageNamed(name: string): Promise<Page> {
    const known = this.pages.get(name) ?? this.newPage(name);
    this.pages.set(name, known);
    return known;
  }

  private async newPage(name: string): Promise<Page> {
    const folder = join(this.root, name.replace(/\.md$/, ""));
    mkdirSync(folder, { recursive: true });
    const ofPage = this.modules.filter(({ page }) => page === name);
    const texts = new Map([
      ...contextFiles(),
      ...ofPage.map((module) => [module.file, moduleText(module, ofPage)] as const),
    ]);
    const ports = new Map<string, number>();
    for (const [, port] of [...texts.values()].flatMap((text) => [...text.matchAll(ADDRESS)])) {
      if (!ports.has(port!)) ports.set(port!, await freePort());
    }
    for (const [file, text] of texts) {
      const script = ts.transpileModule(text, { compilerOptions: OPTIONS, fileName: file }).outputText;
      const moved = script.replaceAll(ADDRESS, (_, port: string) => `127.0.0.1:${ports.get(port)!}`);
      writeFileSync(join(folder, scriptOf(file)), moved);
    }
    return { folder, ports };
  }

  private start({ folder }: Page, file: string, until?: string): Run {
    const child = spawn(process.execPath, [scriptOf(file)], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    let isStopped = false;
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      if (until === undefined || isStopped || !stdout.includes(until)) return;
      isStopped = true;
      child.kill("SIGTERM");
    });
    const end = new Promise<void>((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`${file} runs for more than ${DEADLINE_MS} ms\n${stdout}${stderr}`)),
        DEADLINE_MS,
      );
      child.once("error", reject);
      child.once("close", (code, signal) => {
        clearTimeout(late);
        if (code === 0 || isStopped) resolve();
        else reject(new Error(`${file} ended with ${code ?? String(signal)}\n${stdout}${stderr}`));
      });
    });
    end.catch(() => undefined);
    this.processes.set(child, end);
    return { end, output: () => stdout };
  }
}

function scriptOf(file: string): string {
  return file.replace(/\.ts$/, ".js");
}

function asOnPage(output: string, { ports }: Page): string {
  const shown = new Map([...ports].map(([port, free]) => [String(free), port]));
  return output.replaceAll(ADDRESS, (_, port: string) => `127.0.0.1:${shown.get(port) ?? port}`);
}
