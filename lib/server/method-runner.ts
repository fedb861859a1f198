import { type MethodContract } from "../contract/service-contract";
import { DeviceUnavailableError } from "../errors";
import { deviceFailure, refusal } from "../wire/failures";
import { type MethodCall } from "../wire/requests";
import { bindArguments } from "./bind-arguments";
import { withContext } from "./call-context";
import { type Device } from "./device";
import { isPromise } from "./is-promise";
import { type ServedRequest } from "./served-request";
import { TaskQueue } from "./task-queue";

/** A request for a method. */
export type ServedCall = ServedRequest<MethodContract, MethodCall>;

/**
 * Runs a device's methods: one at a time in the order of arrival, `concurrent` ones past them. A call whose time has
 * passed, or whose caller gave it up, is not started.
 */
export class MethodRunner {
  private readonly queue = new TaskQueue();
  private isClosing = false;

  constructor(private readonly device: Device) {}

  run(call: ServedCall): void {
    if (call.contract.concurrent) void this.start(call);
    else this.queue.push(() => this.start(call));
  }

  /**
   * Runs a task of this process in its turn with the methods that are not `concurrent`.
   *
   * @throws DeviceUnavailableError if the server closes before; what the task throws.
   */
  inTurn<T>(task: () => T | Promise<T>): Promise<T> {
    const start = () => {
      if (this.isClosing) throw new DeviceUnavailableError("a task was not started: the server is closing");
      return task();
    };
    return new Promise<T>((resolve, reject) => {
      this.queue.push(() => Promise.resolve().then(start).then(resolve, reject));
    });
  }

  /** No task that waits is run any more. */
  close(): void {
    this.isClosing = true;
  }

  /** Nothing to wait for where the method is done at once. */
  private start(call: ServedCall): Promise<void> | undefined {
    if (!call.start()) return undefined;
    try {
      const args = bindArguments(call.contract, call.request);
      if (!isPromise(args)) return this.invoke(call, args);
      return args.then(
        // Checks may take their time: whether the call is wanted is decided as late as can be.
        (checked) => (call.isOver() ? undefined : this.invoke(call, checked)),
        (error: unknown) => call.fail(refusal(error)),
      );
    } catch (error) {
      call.fail(refusal(error));
      return undefined;
    }
  }

  private invoke(call: ServedCall, args: unknown[]): Promise<void> | undefined {
    try {
      const result = withContext(call, () => this.device.invoke(call.contract.member, args));
      if (isPromise(result)) return settle(call, result);
      call.succeed(result);
    } catch (error) {
      call.fail(deviceFailure(error));
    }
    return undefined;
  }
}

async function settle(call: ServedCall, result: PromiseLike<unknown>): Promise<void> {
  try {
    call.succeed(await result);
  } catch (error) {
    call.fail(deviceFailure(error));
  }
}
