import { spawn, spawnSync, type ChildProcessByStdio } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Readable, type Writable } from "node:stream";

/** Where the Python halves of the interoperability tests are. */
const SCRIPTS = join(__dirname, "python");

/** Python's own start and its imports take a second or two on a busy machine. */
const LINE_DEADLINE_MS = 10_000;

export interface PythonPeerOptions {
  /** `test` (default): ended after the running test. `suite`: ended after the whole `describe`. */
  readonly scope?: "test" | "suite";
  /** Added to the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A Python script that runs as a process of its own and talks in JSON, a line a message: its stdout is read
 * with {@link next}, its stdin is written with {@link send}. The script's stderr is told when it fails.
 */
export class PythonPeer {
  private readonly process: ChildProcessByStdio<Writable, Readable, Readable>;
  private readonly lines: unknown[] = [];
  private readonly exited: Promise<void>;
  private wake: () => void = () => undefined;
  private stderr = "";
  private outcome: string | undefined;

  constructor(
    python: string,
    private readonly script: string,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ) {
    this.process = spawn(python, ["-u", join(SCRIPTS, script), ...args], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", ...env },
    });
    this.process.stderr.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    this.process.stdin.on("error", () => undefined);
    createInterface({ input: this.process.stdout }).on("line", (line) => this.take(line));
    this.exited = new Promise((resolve) => {
      const end = (outcome: string) => {
        this.outcome ??= outcome;
        this.wake();
        resolve();
      };
      this.process.once("close", (code, signal) =>
        end(`ended with ${signal ?? `code ${code ?? "unknown"}`}`),
      );
      this.process.once("error", (error) => end(`did not start: ${error.message}`));
    });
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /**
   * The next line of the script's stdout, parsed as JSON.
   *
   * @throws Error if the script ends, or prints nothing within `deadlineMs`; with its stderr.
   */
  async next(deadlineMs = LINE_DEADLINE_MS): Promise<unknown> {
    const until = performance.now() + deadlineMs;
    while (this.lines.length === 0) {
      if (this.outcome !== undefined) throw this.failure(this.outcome);
      const left = until - performance.now();
      if (left <= 0) throw this.failure(`printed nothing for ${deadlineMs} ms`);
      await this.news(left);
    }
    return this.lines.shift();
  }

  /** Writes one JSON line to the script's stdin. */
  send(message: unknown): void {
    this.process.stdin.write(`${JSON.stringify(message)}\n`);
  }

  /** Sends a message and waits for the next line: for scripts that answer each line with one. */
  async ask(message: unknown, deadlineMs = LINE_DEADLINE_MS): Promise<unknown> {
    this.send(message);
    return this.next(deadlineMs);
  }

  /** Sends a signal to the process, `SIGSTOP` or `SIGCONT` for instance. */
  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** Kills the process, if it still runs, and waits for its end. */
  async end(): Promise<void> {
    if (this.outcome === undefined) this.process.kill("SIGKILL");
    await this.exited;
  }

  private take(line: string): void {
    try {
      this.lines.push(JSON.parse(line));
    } catch {
      this.stderr += `(not JSON on stdout) ${line}\n`;
    }
    this.wake();
  }

  private news(deadlineMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, deadlineMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private failure(what: string): Error {
    return new Error(`${this.script} ${what}${this.stderr === "" ? "" : `\n${this.stderr}`}`);
  }
}

/** A Python that has what a suite needs, and starts scripts of `spec/interop/python/` for it. */
export interface Python {
  /** The interpreter's command or path. */
  readonly command: string;
  /** Starts `script`; it is ended by itself when its scope ends. */
  start(script: string, args?: readonly string[], options?: PythonPeerOptions): PythonPeer;
}

/**
 * The first of `$RIGWIRE_PYTHON`, `python3` and `/usr/bin/python3` that can import all `modules`;
 * `undefined` if there is none.
 */
export function findPython(modules: readonly string[]): string | undefined {
  const named = process.env.RIGWIRE_PYTHON;
  const candidates = [...(named === undefined ? [] : [named]), "python3", "/usr/bin/python3"];
  const imports = modules.length === 0 ? "pass" : `import ${modules.join(", ")}`;
  return candidates.find(
    (command) => spawnSync(command, ["-c", imports], { stdio: "ignore", timeout: 20_000 }).status === 0,
  );
}

/**
 * A `describe` for tests against real Python peers. Without a Python that can import `modules` the suite is
 * skipped and its name says why; with `RIGWIRE_INTEROP=required` in the environment it fails instead.
 */
export function describeWithPython(
  modules: readonly string[],
  name: string,
  define: (python: Python) => void,
): void {
  const command = findPython(modules);
  if (command !== undefined) {
    describe(name, () => define(startingPeersOf(command)));
    return;
  }
  const lacking = `no Python here can import ${modules.join(", ")}; RIGWIRE_PYTHON may name one that can`;
  if (process.env.RIGWIRE_INTEROP === "required") {
    describe(name, () => {
      it("needs Python", () => {
        throw new Error(lacking);
      });
    });
  } else {
    describe.skip(`${name} (skipped: ${lacking})`, () => {
      it("needs Python", () => undefined);
    });
  }
}

function startingPeersOf(command: string): Python {
  const peers = { test: new Set<PythonPeer>(), suite: new Set<PythonPeer>() };
  const endAll = async (running: Set<PythonPeer>) => {
    await Promise.all([...running].map((peer) => peer.end()));
    running.clear();
  };
  afterEach(() => endAll(peers.test));
  afterAll(() => endAll(peers.suite));
  return {
    command,
    start(script, args = [], { scope = "test", env = {} } = {}) {
      const peer = new PythonPeer(command, script, args, env);
      peers[scope].add(peer);
      return peer;
    },
  };
}
