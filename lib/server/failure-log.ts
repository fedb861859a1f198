import { messageOf } from "../errors";
import { type Logger } from "../log/logger";
import { type Device } from "./device";
import { callerName } from "./caller-name";
import { type ServedRequest } from "./served-request";

/** What a device's own process hears of requests that go wrong in its code. */
export class FailureLog {
  constructor(
    private readonly device: Pick<Device, "className">,
    private readonly log: Logger,
  ) {}

  /** A method, getter or setter threw, or its promise was rejected. */
  failed(request: ServedRequest, error: unknown): void {
    const { contract, client } = request;
    const place = `${this.device.className}.${contract.member}`;
    const caller = callerName(client);
    const durationMs = Math.round(request.runningMs);
    const details = { member: contract.member, caller, durationMs };
    const message = `${place} failed after ${durationMs} ms, called by ${caller}: ${messageOf(error)}`;
    try {
      this.log.warn({ ...details, err: error }, message);
    } catch {
      // A logger looks into an error, which may not let itself be read.
      this.log.warn(details, message);
    }
  }

  /** A method runs for longer than its callers wait for it. */
  overdue(request: ServedRequest, timeoutMs: number): void {
    const runningMs = Math.round(request.runningMs);
    const what = `has been running for ${runningMs} ms, past its timeout of ${timeoutMs} ms`;
    this.hung(request, { runningMs, timeoutMs }, what);
  }

  /** A method tells no progress for longer than its callers wait for some. */
  silent(request: ServedRequest, idleMs: number): void {
    const silentMs = Math.round(request.silentMs);
    const what = `has told no progress for ${silentMs} ms, past its timeout of ${idleMs} ms without`;
    this.hung(request, { silentMs, idleMs }, what);
  }

  /** A method told what it does not declare, or what cannot be sent. Called once for each call. */
  progressUnfit(request: ServedRequest, error: unknown): void {
    const { place, details } = this.about(request);
    const message = `${place} told a progress that could not be sent: ${messageOf(error)}`;
    this.log.error({ ...details, err: error }, message);
  }

  /** A generator was told to end, and yields all the same. */
  yieldsAtEnd(request: ServedRequest): void {
    const { place, details } = this.about(request);
    this.log.warn(
      details,
      `${place} was told to end and goes on: a finally that yields, or that leaves by continue, break or return, ` +
        "keeps a generator from ending",
    );
  }

  /** A generator did not end for as long as it is put up with. */
  leftUnended(request: ServedRequest): void {
    const { place, details } = this.about(request);
    this.log.error(
      details,
      `${place} was told to end, yielded again and again, and was left where it stands: it never goes on, and what ` +
        "is behind its last yield never runs",
    );
  }

  private hung(request: ServedRequest, times: object, what: string): void {
    const { place, details } = this.about(request);
    const { caller } = details;
    this.log.warn(
      { ...details, ...times },
      `${place} ${what}, called by ${caller}; what is not concurrent waits for it`,
    );
  }

  private about({ contract, client }: ServedRequest) {
    const place = `${this.device.className}.${contract.member}`;
    return { place, details: { member: contract.member, caller: callerName(client) } };
  }
}
