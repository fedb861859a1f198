import { type BenchOptions } from "./bench-options";
import { CLIENT_FILE, SERVER_FILE } from "./places";
import { BenchProcess } from "./processes/bench-process";
import { type TaskTypes } from "./processes/messages";
import { type ClientTasks } from "./processes/client-process";
import { type ServerInfo, type ServerTasks } from "./processes/server-process";

export type ServerProcess = BenchProcess<ServerTasks>;
export type ClientProcess = BenchProcess<ClientTasks>;

const FULL_MS = 2_000;
const QUICK_MS = 300;
const WARM_UP_IN_FLIGHT = 32;
const FULL_TIMEOUT_MS = 30_000;
const QUICK_TIMEOUT_MS = 15_000;

/** A server and its clients, each a process, of one peer in one round. */
export class Stage {
  /** How long something is measured, in milliseconds. */
  readonly ms: number;
  private readonly processes: { end(): Promise<void> }[] = [];

  private constructor(
    private readonly peer: string,
    private readonly options: BenchOptions,
    readonly server: ServerProcess,
    readonly address: string,
    /** The server's memory before anyone connected, in bytes. */
    readonly idleMemory: number,
  ) {
    this.ms = options.quick ? QUICK_MS : FULL_MS;
    this.processes.push(server);
  }

  /**
   * @throws Error with the reason if the server does not start.
   */
  static async open(peer: string, options: BenchOptions): Promise<Stage> {
    const { process, info } = await BenchProcess.start<ServerTasks>({
      file: SERVER_FILE,
      args: [peer],
      ...limits(options),
    });
    const { address, helperPid } = info as ServerInfo;
    process.helperPid = helperPid;
    try {
      return new Stage(peer, options, process, address, await process.ask("memory", null));
    } catch (error) {
      process.kill();
      throw error;
    }
  }

  /** Starts a client's process; it is connected and has been answered once. */
  async startClient(): Promise<ClientProcess> {
    const { process } = await BenchProcess.start<ClientTasks>({
      file: CLIENT_FILE,
      args: [this.peer, this.address],
      ...limits(this.options),
    });
    this.processes.push(process);
    return process;
  }

  /**
   * Starts a process of another kind; it gets the address. What it tells of itself are the processes that it started, to
   * be ended with it whatever happens, or nothing.
   *
   * @param timeoutMs - For getting ready and for each task.
   */
  async startProcess<Tasks extends TaskTypes<Tasks>>(
    file: string,
    timeoutMs: number,
  ): Promise<BenchProcess<Tasks>> {
    const { profileDir } = this.options;
    const options = { file, args: [this.address], timeoutMs, profileDir };
    const { process, info } = await BenchProcess.start<Tasks>(options);
    if (Array.isArray(info)) process.helperPids = info as readonly number[];
    this.processes.push(process);
    return process;
  }

  /** Calls until the code on both sides is compiled, so that what is measured first is not measured cold. */
  async warmUp(client: ClientProcess): Promise<ClientProcess> {
    await client.ask("callsPerSecond", { kind: "echo", inFlight: WARM_UP_IN_FLIGHT, ms: this.ms });
    return client;
  }

  /** The client of workloads that need no other: the same one for all of them, warmed up. */
  get client(): Promise<ClientProcess> {
    this.firstClient ??= this.startClient().then((client) => this.warmUp(client));
    return this.firstClient;
  }
  private firstClient: Promise<ClientProcess> | undefined;

  /** Clients end before their server. */
  async close(): Promise<void> {
    for (const process of this.processes.reverse()) await process.end();
  }
}

function limits({ quick, profileDir }: BenchOptions) {
  return { timeoutMs: quick ? QUICK_TIMEOUT_MS : FULL_TIMEOUT_MS, profileDir };
}
