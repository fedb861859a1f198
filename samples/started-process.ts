import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const READY_WITHIN_MS = 15_000;
const STOPPED_WITHIN_MS = 3_000;

/** A device or rig of a sample in a process of its own. */
export class StartedProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly name: string,
    readonly url: string,
  ) {}

  /**
   * Starts a program and waits until it prints `ready NAME URL`.
   *
   * @param program - The path of its JavaScript.
   * @param kind - Its first argument, which errors name.
   * @throws Error if it ends first, or takes too long.
   */
  static async start(program: string, kind: string, ...options: string[]): Promise<StartedProcess> {
    const child = fork(program, [kind, ...options], {
      stdio: ["ignore", "pipe", "inherit", "ipc"],
      // Ctrl-C is for the program that a person started; it stops the others itself.
      detached: true,
    });
    try {
      const [, name = "", url = ""] = (await readyLine(kind, child)).split(" ");
      return new StartedProcess(child, name, url);
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
  }

  /** Asks it to end, and makes it end if it does not. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, "exit");
    this.child.kill("SIGTERM");
    const timer = setTimeout(() => this.child.kill("SIGKILL"), STOPPED_WITHIN_MS);
    await exit;
    clearTimeout(timer);
  }
}

function readyLine(kind: string, child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`the ${kind} was not ready within ${READY_WITHIN_MS} ms`));
    }, READY_WITHIN_MS);
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`the ${kind} ended with code ${code ?? "none"} before it was ready`));
    });
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (!line.startsWith("ready ")) return;
      clearTimeout(timer);
      resolve(line);
    });
  });
}
