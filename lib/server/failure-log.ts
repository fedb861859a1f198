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
    const { contract, client } = request;
    const caller = callerName(client);
    const runningMs = Math.round(request.runningMs);
    this.log.warn(
      { member: contract.member, caller, runningMs, timeoutMs },
      `${this.device.className}.${contract.member} has been running for ${runningMs} ms, past its timeout of ` +
        `${timeoutMs} ms, called by ${caller}; what is not concurrent waits for it`,
    );
  }
}
