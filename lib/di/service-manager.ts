import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { messageOf } from "../errors";
import { type Logger } from "../log/logger";

/** Node has no sockets of the kind that systemd listens at; this program of systemd's own has. */
const NOTIFY_PROGRAM = "systemd-notify";
const NOTIFY_TIMEOUT_MS = 5_000;

const run = promisify(execFile);

/** The environment of a service, as systemd sets it. */
export type ServiceEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * Tells systemd how its service is (`sd_notify(3)`): READY, STOPPING, and WATCHDOG at half its interval. What keeps the
 * watchdog quiet is a timer of the event loop itself: a loop that hangs tells nothing, and systemd starts the service
 * anew. So does a device that cannot do its work: it is told as STATUS, and the watchdog is not. The unit needs
 * `NotifyAccess=all`.
 */
export class ServiceManager {
  private watchdog: NodeJS.Timeout | undefined;
  private isTelling = false;
  private isSilent = false;
  private isClosed = false;
  private toldProblem: string | undefined;

  private constructor(
    private readonly watchdogMs: number | undefined,
    private readonly log: Logger,
    private readonly problem: () => string | undefined,
  ) {}

  /**
   * @param problem - Why the service does not do its work; nothing where it does.
   * @returns Nothing where the process is no service that shall tell.
   */
  static of(
    environment: ServiceEnvironment,
    log: Logger,
    problem: () => string | undefined,
  ): ServiceManager | undefined {
    const { NOTIFY_SOCKET: socket } = environment;
    if (socket === undefined || socket === "") return undefined;
    return new ServiceManager(watchdogOf(environment), log, problem);
  }

  /** The service is up; from now on the watchdog is told. */
  async ready(): Promise<void> {
    await this.tell("READY=1");
    if (this.watchdogMs === undefined || this.isClosed) return;
    this.watchdog = setInterval(() => void this.tellWatchdog(), this.watchdogMs / 2);
    // A service that has nothing else to do shall end.
    this.watchdog.unref();
  }

  async stopping(): Promise<void> {
    await this.tell("STOPPING=1");
  }

  close(): void {
    this.isClosed = true;
    clearInterval(this.watchdog);
  }

  private async tellWatchdog(): Promise<void> {
    if (this.isTelling) return;
    this.isTelling = true;
    const problem = this.problem();
    if (problem !== this.toldProblem) await this.tellProblem(problem);
    if (problem === undefined) await this.tell("WATCHDOG=1");
    this.isTelling = false;
  }

  /** `systemctl status` shows it; a line break would end it. */
  private async tellProblem(problem: string | undefined): Promise<void> {
    if (problem !== undefined) this.log.error({}, `systemd's watchdog is not told any more: ${problem}`);
    await this.tell(`STATUS=${problem?.replace(/\s+/g, " ") ?? ""}`);
    this.toldProblem = problem;
  }

  private async tell(state: string): Promise<void> {
    try {
      await run(NOTIFY_PROGRAM, [state], { timeout: NOTIFY_TIMEOUT_MS });
      this.isSilent = false;
    } catch (error) {
      if (!this.isSilent) {
        this.log.warn(
          { err: error },
          `systemd could not be told ${state} with ${NOTIFY_PROGRAM}: ${messageOf(error)}`,
        );
      }
      this.isSilent = true;
    }
  }
}

/** The watchdog's interval in milliseconds; nothing if there is none, or if it watches another process. */
function watchdogOf({ WATCHDOG_USEC: usec, WATCHDOG_PID: pid }: ServiceEnvironment): number | undefined {
  const intervalMs = Number(usec) / 1_000;
  const isForUs = pid === undefined || pid === "" || Number(pid) === process.pid;
  return isForUs && intervalMs > 0 ? intervalMs : undefined;
}
