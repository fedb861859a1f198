import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { BENCH_PACKAGES } from "../places";
import { type TaskMessage, type TaskOptions, type TaskResult, type TaskTypes } from "./messages";
import { END } from "./task-loop";

export interface ProcessOptions {
  /** The compiled file that the process runs. */
  readonly file: string;
  readonly args: readonly string[];
  /** For getting ready and for each task, in milliseconds. */
  readonly timeoutMs: number;
  /** Where it leaves a CPU profile when it ends. */
  readonly profileDir?: string | undefined;
}

const END_MS = 3_000;
const STDERR_CHARS = 600;
const running = new Set<BenchProcess<never>>();

/** Ends every process that is still running, at once. */
export function killAll(): void {
  for (const each of running) each.kill();
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** A process of the benchmark, seen from the benchmark. */
export class BenchProcess<Tasks extends TaskTypes<Tasks>> {
  /** From the start of the process until it was ready, in milliseconds. */
  startMs = Infinity;
  /** Another process that lives with it. */
  helperPid: number | undefined;
  /** Further ones. */
  helperPids: readonly number[] = [];
  /** Rejects when the process has ended, with what it said last. */
  readonly gone: Promise<never>;
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private stderr = "";

  private constructor(private readonly options: ProcessOptions) {
    const { file, args, profileDir } = options;
    const profiling = profileDir === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDir}`];
    this.child = fork(file, args, {
      execArgv: ["--expose-gc", ...profiling],
      env: { ...process.env, NODE_ENV: "production", NODE_PATH: BENCH_PACKAGES },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    // A process that could not be started has no exit to wait for.
    this.exited = once(this.child, "exit").catch(() => undefined);
    this.child.stderr?.on("data", (text: Buffer) => {
      this.stderr = (this.stderr + text.toString()).slice(-STDERR_CHARS);
    });
    this.gone = new Promise((_, reject) => {
      // Only "close" comes after all that was written to stderr.
      this.child.once("close", (code, signal: string | null) => {
        const reason = `it ended (${signal ?? `code ${code ?? "unknown"}`}) ${this.stderr.trim()}`.trim();
        this.failAll(reason);
        reject(new Error(reason));
      });
    });
    this.gone.catch(() => undefined);
    this.child.on("error", (error) => this.failAll(error.message));
    this.child.on("message", (message: TaskMessage) => this.receive(message));
    running.add(this);
  }

  /**
   * @returns The process, and what it told of itself when it was ready.
   * @throws Error with the reason if it does not get ready.
   */
  static async start<Tasks extends TaskTypes<Tasks>>(
    options: ProcessOptions,
  ): Promise<{ process: BenchProcess<Tasks>; info: unknown }> {
    const startedAt = performance.now();
    const started = new BenchProcess<Tasks>(options);
    try {
      const info = await started.wait(READY, "start");
      started.startMs = performance.now() - startedAt;
      return { process: started, info };
    } catch (error) {
      started.kill();
      throw error;
    }
  }

  async ask<Name extends string & keyof Tasks>(
    task: Name,
    options: TaskOptions<Tasks[Name]>,
  ): Promise<TaskResult<Tasks[Name]>> {
    const id = this.nextId++;
    if (this.child.connected) this.child.send({ id, task, options });
    return (await this.wait(id, task)) as TaskResult<Tasks[Name]>;
  }

  /** Lets it close what it opened; ends it by force if that takes too long. */
  async end(): Promise<void> {
    if (this.child.connected) this.child.send(END);
    const timer = setTimeout(() => this.kill(), END_MS);
    await this.exited;
    clearTimeout(timer);
    running.delete(this);
  }

  kill(): void {
    this.child.kill("SIGKILL");
    const helpers = this.helperPid === undefined ? this.helperPids : [this.helperPid, ...this.helperPids];
    if (running.has(this)) for (const pid of helpers) killQuietly(pid);
    running.delete(this);
  }

  private wait(id: number, what: string): Promise<unknown> {
    const { timeoutMs } = this.options;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new Error(`"${what}" took more than ${timeoutMs} ms`));
      }, timeoutMs);
      this.waiting.set(id, {
        resolve: (result) => {
          clearTimeout(timer);
          resolve(result);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
    });
  }

  private receive(message: TaskMessage): void {
    const id = message.kind === "ready" ? READY : message.id;
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (message.kind === "failure") waiting?.reject(new Error(message.error));
    else waiting?.resolve(message.kind === "ready" ? message.info : message.result);
  }

  private failAll(reason: string): void {
    for (const { reject } of this.waiting.values()) reject(new Error(reason));
    this.waiting.clear();
  }
}

const READY = 0;

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
