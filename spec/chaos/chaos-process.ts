import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { sharedNow } from "./journal";
import { type FromProcess, type ToProcess } from "./messages";

const READY_WITHIN_MS = 30_000;

/** Of what a process wrote, no more is kept than this, in characters. */
const MAX_OUTPUT_LENGTH = 4_000;

const running = new Set<ChildProcess>();

/** For the end of the main process, whatever the reason. */
export function killAll(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** A time during which a process was stopped, on the shared clock. */
export interface Pause {
  readonly from: number;
  readonly to: number;
}

/** When a process was killed, on the shared clock. */
export interface Death {
  readonly pid: number;
  readonly at: number;
}

/** A process of the rig that can be killed, stopped and started again. */
export class ChaosProcess {
  readonly pauses: Pause[] = [];
  readonly deaths: Death[] = [];
  /** How it ended where nobody killed it, with what it wrote. */
  readonly crashes: string[] = [];
  private child: ChildProcess | undefined;
  /** The end of what it wrote to its error output. */
  private written = "";

  /** @param program - The name of its file in `processes/`, or its path; without the ending. */
  constructor(
    readonly name: string,
    private readonly program: string,
    private readonly args: readonly string[],
  ) {}

  /** Starts it and waits until it is ready; gives the address where it serves. */
  async start(): Promise<string> {
    const child = fork(resolve(__dirname, "processes", `${this.program}.js`), [...this.args], {
      execArgv: ["--expose-gc"],
      // That a registry is away is no news here.
      env: { ...process.env, RIGWIRE_LOG: "error" },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.child = child;
    running.add(child);
    this.written = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.written = (this.written + text).slice(-MAX_OUTPUT_LENGTH);
    });
    // One that cannot be started or told something has ended, or ends: that is what counts.
    child.on("error", () => undefined);
    child.once("exit", () => running.delete(child));
    // All that it wrote has been read by then.
    child.once("close", (code, signal) => {
      if (this.child === child) this.crashed(`it ended by itself with ${signal ?? code}`);
    });
    const { url } = await this.answer("ready", READY_WITHIN_MS);
    return url;
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    this.child = undefined;
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
    this.deaths.push({ pid: child.pid ?? 0, at: sharedNow() });
  }

  /** Has it close by itself. */
  async end(): Promise<void> {
    const { child } = this;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    this.child = undefined;
    const exit = once(child, "exit");
    child.kill("SIGTERM");
    const [code] = (await exit) as [number | null];
    if (code !== 0) this.crashed(`it was asked to end, and ended with ${code ?? "a signal"}`);
  }

  private crashed(how: string): void {
    const output = this.written.trim();
    this.crashes.push(output === "" ? `${how}, without a word` : `${how}:\n${output}`);
  }

  /** Stops it without a word until the returned function is called. */
  pause(): () => void {
    const { child } = this;
    const from = sharedNow();
    child?.kill("SIGSTOP");
    return () => {
      child?.kill("SIGCONT");
      this.pauses.push({ from, to: sharedNow() });
    };
  }

  /** Tells it something, and waits for the answer of that kind. */
  ask<Kind extends FromProcess["kind"]>(
    message: ToProcess,
    kind: Kind,
    withinMs: number,
  ): Promise<Extract<FromProcess, { kind: Kind }>> {
    const answer = this.answer(kind, withinMs);
    const { child } = this;
    // Of one that is gone, the answer says so.
    if (child?.connected === true) child.send(message, () => undefined);
    return answer;
  }

  private answer<Kind extends FromProcess["kind"]>(
    kind: Kind,
    withinMs: number,
  ): Promise<Extract<FromProcess, { kind: Kind }>> {
    const { child, name } = this;
    if (child?.exitCode !== null || child.signalCode !== null) {
      return Promise.reject(new Error(`${name} is not there and was not "${kind}"`));
    }
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        child.off("message", take).off("exit", gone);
      };
      const take = (message: FromProcess) => {
        if (!isKind(message, kind)) return;
        end();
        resolve(message);
      };
      const gone = () => {
        end();
        reject(new Error(`${name} ended and was not "${kind}"`));
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`${name} was not "${kind}" within ${withinMs} ms`));
      }, withinMs);
      child.on("message", take).once("exit", gone);
    });
  }
}

function isKind<Kind extends FromProcess["kind"]>(
  message: FromProcess,
  kind: Kind,
): message is Extract<FromProcess, { kind: Kind }> {
  return message.kind === kind;
}
