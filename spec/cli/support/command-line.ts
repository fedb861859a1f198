import { type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Readable } from "node:stream";
import { buildCommand, removeFolder, workFolder } from "./built-command";

const LINE_DEADLINE_MS = 10_000;

/** How a command ended, and everything it printed. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `rigwire`, running as a process of its own. */
export class RunningCommand {
  /** When the process is gone and its output read. */
  readonly ended: Promise<CommandResult>;
  private readonly process: ChildProcessByStdio<null, Readable, Readable>;
  private readonly lines: AsyncIterator<string>;
  private readonly noteLines: AsyncIterator<string>;

  /** @param namespace - The network namespace (Linux) that it runs in. Default: that of the tests. */
  constructor(
    program: string,
    args: readonly string[],
    cwd: string,
    env: NodeJS.ProcessEnv,
    namespace?: string,
  ) {
    const inside = namespace === undefined ? [] : ["ip", "netns", "exec", namespace];
    const [file = "", ...rest] = [...inside, process.execPath, program, ...args];
    this.process = spawn(file, rest, {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    this.process.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    this.process.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
    this.noteLines = createInterface({ input: this.process.stderr })[Symbol.asyncIterator]();
    this.ended = new Promise((resolve, reject) => {
      this.process.once("error", reject);
      this.process.once("close", (code) => resolve({ code, stdout, stderr }));
    });
  }

  /** The next line of its stdout. */
  line(): Promise<string> {
    return next(this.lines, "stdout");
  }

  /** The next line of its stderr. */
  note(): Promise<string> {
    return next(this.noteLines, "stderr");
  }

  /** Ctrl-C, or another signal. */
  signal(signal: NodeJS.Signals = "SIGINT"): void {
    this.process.kill(signal);
  }
}

async function next(lines: AsyncIterator<string>, what: string): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    const late = () => reject(new Error(`no line on ${what} within ${LINE_DEADLINE_MS} ms`));
    timer = setTimeout(late, LINE_DEADLINE_MS);
  });
  try {
    const line = await Promise.race([lines.next(), deadline]);
    if (line.done === true) throw new Error(`the command ended before a further line on ${what}`);
    return line.value;
  } finally {
    clearTimeout(timer);
  }
}

/** What a suite types commands into: a folder and a runtime directory of its own. */
export interface CommandLine {
  readonly program: string;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Runs a command to its end. */
  run(...args: readonly string[]): Promise<CommandResult>;
  /** Starts a command; it is killed after the running test if it still runs then. */
  start(...args: readonly string[]): RunningCommand;
  /** The same, in a network namespace (Linux). */
  startIn(namespace: string, ...args: readonly string[]): RunningCommand;
  write(file: string, content: string): void;
  read(file: string): Buffer;
}

/** What the tests' own surroundings shall not say to a command. */
const WITHOUT: NodeJS.ProcessEnv = {
  RIGWIRE_REGISTRY: "",
  RIGWIRE_FLEET: "",
  RIGWIRE_KEYS: undefined,
  RIGWIRE_ALLOW: undefined,
  RIGWIRE_SERVER_KEY: undefined,
  NODE_OPTIONS: "",
};

/** Prepares `rigwire` for a suite. Call it in a `describe` or at the top of a spec. */
export function commandLine(env: NodeJS.ProcessEnv = {}): CommandLine {
  let program = "";
  let folder = "";
  const running = new Set<RunningCommand>();

  const remembered = (command: RunningCommand) => {
    running.add(command);
    return command;
  };

  beforeAll(() => {
    program = buildCommand();
    folder = workFolder();
    mkdirSync(join(folder, "runtime"), { mode: 0o700 });
  }, 60_000);
  afterEach(async () => {
    for (const command of running) command.signal("SIGKILL");
    await Promise.all([...running].map((command) => command.ended));
    running.clear();
  });
  afterAll(() => removeFolder(folder));

  return {
    get program() {
      return program;
    },
    get folder() {
      return folder;
    },
    get env() {
      const runtime = join(folder, "runtime");
      return { ...process.env, ...WITHOUT, XDG_RUNTIME_DIR: runtime, ...env };
    },
    run(...args) {
      return this.start(...args).ended;
    },
    start(...args) {
      return remembered(new RunningCommand(program, args, folder, this.env));
    },
    startIn(namespace, ...args) {
      return remembered(new RunningCommand(program, args, folder, this.env, namespace));
    },
    write: (file, content) => writeFileSync(join(folder, file), content),
    read: (file) => readFileSync(join(folder, file)),
  };
}
