import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port";

const STARTED = "Server is ready";
const START_MS = 10_000;

/** How a NATS server is started. */
export interface NatsServerOptions {
  /** Lines of its configuration file (docs.nats.io, "Configuration"). */
  readonly config?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** What its configuration takes from the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** The network namespace (Linux) that it runs in, where it listens at every interface. */
  readonly namespace?: string;
}

/** A NATS server of this test, at a port of its own of 127.0.0.1. */
export class NatsServer {
  private constructor(
    readonly port: number,
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly options: NatsServerOptions,
  ) {}

  static async start(options: NatsServerOptions = {}): Promise<NatsServer> {
    const { port = await freePort(), config = "", env = {}, namespace } = options;
    const folder = mkdtempSync(join(tmpdir(), "rigwire-nats-"));
    const file = join(folder, "nats.conf");
    writeFileSync(file, config);
    const host = namespace === undefined ? "127.0.0.1" : "0.0.0.0";
    const args = ["-a", host, "-p", String(port), "-c", file];
    const [command, prefix] =
      namespace === undefined ? ["nats-server", []] : ["ip", ["netns", "exec", namespace, "nats-server"]];
    const child = spawn(command, [...prefix, ...args], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const server = new NatsServer(port, child, folder, options);
    try {
      await server.started();
      return server;
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Ends it at once, as a loss of power does. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** Lets it stand still, as a network does that carries nothing. */
  pause(): void {
    this.child.kill("SIGSTOP");
  }

  resume(): void {
    this.child.kill("SIGCONT");
  }

  /** Another one at the same port. This one must have ended. */
  restarted(): Promise<NatsServer> {
    return NatsServer.start({ ...this.options, port: this.port });
  }

  async close(): Promise<void> {
    await this.end("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }

  private started(): Promise<void> {
    const { child } = this;
    return new Promise((resolve, reject) => {
      let log = "";
      const timer = setTimeout(() => reject(new Error(`nats-server did not start:\n${log}`)), START_MS);
      const settle = (outcome: () => void) => {
        clearTimeout(timer);
        outcome();
      };
      child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        if (log.includes(STARTED)) return;
        log += text;
        if (log.includes(STARTED)) settle(resolve);
      });
      child.once("error", (error) => settle(() => reject(error)));
      child.once("exit", () => settle(() => reject(new Error(`nats-server ended:\n${log}`))));
    });
  }
}

/** Three servers of one cluster; each knows of the others. */
export async function startNatsCluster(): Promise<readonly [NatsServer, NatsServer, NatsServer]> {
  const ports = [await freePort(), await freePort(), await freePort()] as const;
  const routes = ports.map((port) => `"nats-route://127.0.0.1:${port}"`).join(", ");
  const start = (port: number) =>
    NatsServer.start({
      config: [
        `server_name: of-a-test-${port}`,
        `cluster { name: of-a-test, listen: "127.0.0.1:${port}", routes: [${routes}] }`,
      ].join("\n"),
    });
  return Promise.all([start(ports[0]), start(ports[1]), start(ports[2])]);
}

const isNatsHere = spawnSync("nats-server", ["--version"], { stdio: "ignore", timeout: 20_000 }).status === 0;

/** Whether there is a `nats-server`, or must be one: with `RIGWIRE_INTEROP=required` in the environment. */
export const isNatsExpected = isNatsHere || process.env.RIGWIRE_INTEROP === "required";

/** A `describe` for tests against a real NATS server: skipped where none is installed and none is required. */
export function describeWithNats(name: string, define: () => void): void {
  if (isNatsExpected) describe(name, define);
  else describe.skip(`${name} (skipped: no nats-server is installed)`, define);
}
