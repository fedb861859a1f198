import { type ChildProcessByStdio, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { createInterface } from "node:readline";
import { type Readable, type Writable } from "node:stream";
import { transpiled } from "./transpiled";

const PROJECT = resolve(__dirname, "../..");
const LINE_DEADLINE_MS = 10_000;

/** What the compiled code loads, at once or later. */
const REQUIRED = /\brequire\("([^"]+)"\)/g;

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What the system allows a process. */
export interface ProcessLimits {
  readonly openFiles?: number;
  /** The network namespace (Linux) that it runs in. */
  readonly namespace?: string;
}

/** A TypeScript program that runs as a process of its own and writes lines to its stdout, JSON where it is a test's. */
export class TypeScriptChild {
  /** When the process is gone and its output read. */
  readonly ended: Promise<ProcessEnd>;
  /** Everything it has written to its stderr. */
  stderr = "";
  private readonly process: ChildProcessByStdio<Writable, Readable, Readable>;
  private readonly lines: AsyncIterator<string>;

  constructor(
    program: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    { openFiles, namespace }: ProcessLimits = {},
  ) {
    const inside = namespace === undefined ? [] : ["ip", "netns", "exec", namespace];
    const limited = openFiles === undefined ? [] : ["sh", "-c", `ulimit -n ${openFiles}; exec "$0" "$@"`];
    const [command = "", ...rest] = [
      ...inside,
      ...limited,
      process.execPath,
      "--enable-source-maps",
      program,
      ...args,
    ];
    this.process = spawn(command, rest, {
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.process.stderr.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    this.process.stdin.on("error", () => undefined);
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
    this.ended = new Promise((resolveEnd, reject) => {
      this.process.once("error", reject);
      this.process.once("close", (code, signal) => resolveEnd({ code, signal }));
    });
  }

  get pid(): number {
    if (this.process.pid === undefined) throw new Error("the process did not start");
    return this.process.pid;
  }

  /** The next line of its stdout, parsed. */
  async next(): Promise<unknown> {
    return JSON.parse(await this.nextLine());
  }

  /** The next line of its stdout; fails if it ends instead, or takes longer, in milliseconds. */
  async nextLine(deadlineMs = LINE_DEADLINE_MS): Promise<string> {
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_, reject) => {
      const late = () => reject(new Error(`nothing was printed within ${deadlineMs} ms\n${this.stderr}`));
      timer = setTimeout(late, deadlineMs);
    });
    try {
      const line = await Promise.race([this.lines.next(), deadline]);
      if (line.done === true) throw new Error(`the process ended\n${this.stderr}`);
      return line.value;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Writes a JSON line to its stdin. */
  send(message: unknown): void {
    this.process.stdin.write(`${JSON.stringify(message)}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }
}

/** A TypeScript program of the tests, compiled once for a suite. */
export interface TypeScriptProgram {
  /** Where it stands, in the place of the project's. */
  readonly folder: string;
  /** Starts it; it is killed after the running test if it still runs then. */
  start(
    args?: readonly string[],
    env?: Readonly<Record<string, string>>,
    limits?: ProcessLimits,
  ): TypeScriptChild;
}

/**
 * Prepares a program and the files of the project that it imports, without checking types, in a temporary folder
 * that goes with the suite. Call it in a `describe` or at the top of a spec.
 *
 * @param entry - Its path.
 * @param started - The paths of the programs that it starts.
 */
export function typeScriptProgram(entry: string, ...started: readonly string[]): TypeScriptProgram {
  const running = new Set<TypeScriptChild>();
  let folder: string | undefined;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "rigwire-program-"));
    symlinkSync(join(PROJECT, "node_modules"), join(folder, "node_modules"), "junction");
    // So that a sample finds this very lib as the package that it imports.
    writeFileSync(join(folder, "package.json"), '{ "name": "rigwire", "exports": "./lib/index.js" }');
    const done = new Set<string>();
    for (const program of [entry, ...started]) transpile(program, folder, done);
  });
  afterEach(async () => {
    for (const child of running) child.signal("SIGKILL");
    await Promise.all([...running].map((child) => child.ended));
    running.clear();
  });
  afterAll(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  return {
    get folder() {
      if (folder === undefined) throw new Error("a program starts only while tests run");
      return folder;
    },
    start(args = [], env = {}, limits = {}) {
      const child = new TypeScriptChild(join(this.folder, javaScriptOf(entry)), args, env, limits);
      running.add(child);
      return child;
    },
  };
}

/**
 * Writes the JavaScript of a file, and of the files of the project that it imports, into a folder.
 *
 * @param done - The files that are there already.
 */
export function transpile(file: string, folder: string, done: Set<string>): void {
  if (done.has(file)) return;
  done.add(file);
  const source = readFileSync(file, "utf8");
  const output = join(folder, javaScriptOf(file));
  mkdirSync(dirname(output), { recursive: true });
  const code = transpiled(file, source);
  writeFileSync(output, code);
  for (const [, name = ""] of code.matchAll(REQUIRED)) {
    if (name.startsWith(".")) transpile(sourceOf(resolve(dirname(file), name)), folder, done);
    if (name === "rigwire") transpile(join(PROJECT, "lib/index.ts"), folder, done);
  }
}

/** What is loaded when it is first needed is named by its JavaScript. */
function sourceOf(module: string): string {
  const path = module.replace(/\.js$/, "");
  return existsSync(`${path}.ts`) ? `${path}.ts` : join(path, "index.ts");
}

function javaScriptOf(file: string): string {
  return relative(PROJECT, file).replace(/\.ts$/, ".js");
}
