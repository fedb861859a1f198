import { returnedValue } from "../contract/returned-value";
import { isGenerator } from "../contract/generators";
import { type MethodContract } from "../contract/service-contract";
import { DeviceUnavailableError, InterruptedError } from "../errors";
import { deviceFailure, refusal } from "../wire/failures";
import { type RunningMethod } from "../wire/server-status";
import { type MethodCall } from "../wire/requests";
import { type ActiveRequests } from "./active-requests";
import { bindArguments } from "./bind-arguments";
import { withContext } from "./call-context";
import { callerName } from "./caller-name";
import { type Device } from "./device";
import { driveGenerator, ENDED } from "./drive-generator";
import { type FailureLog } from "./failure-log";
import { isPromise } from "./is-promise";
import { LocalTask } from "./local-task";
import { OverdueCalls } from "./overdue-calls";
import { type ServedRequest } from "./served-request";
import { type StreamRunner } from "./stream-runner";
import { TaskQueue } from "./task-queue";

/** A request for a method. */
export type ServedCall = ServedRequest<MethodContract, MethodCall>;

/**
 * Runs a device's methods: one at a time in the order of arrival, `concurrent` ones past them, and those that interrupt
 * in the place of them. A call whose time has passed, or whose caller gave it up, is not started.
 */
export class MethodRunner {
  private readonly queue = new TaskQueue();
  private readonly tasks = new Set<WaitingTask>();
  private readonly overdue: OverdueCalls;
  private holder: Holder | undefined;
  /** Methods that interrupt and have not ended. What waits for its turn waits for them, too. */
  private readonly interrupting = new Set<Promise<void>>();
  private isClosing = false;

  /**
   * @param active - What a method that interrupts ends.
   * @param streams - Runs the methods whose items are pulled.
   */
  constructor(
    private readonly device: Device,
    private readonly active: ActiveRequests,
    private readonly log: FailureLog,
    private readonly streams: StreamRunner,
  ) {
    this.overdue = new OverdueCalls(log);
  }

  /** What the methods that wait for their turn wait for; nothing where none has gone on beyond its beginning. */
  get running(): RunningMethod | undefined {
    if (this.holder === undefined) return undefined;
    const { method, client, since, id } = this.holder;
    return { method, client, forMs: Math.round(performance.now() - since), id };
  }

  run(call: ServedCall): void {
    if (call.contract.concurrent) {
      void this.start(call);
      return;
    }
    const turn = this.queue.push(() =>
      this.inTurnOf(() => this.hold(() => holderOf(call), this.start(call))),
    );
    if (call.isWaiting) call.onPhase(() => this.queue.delete(turn));
  }

  /**
   * Runs a task of this process in its turn with the methods that are not `concurrent`.
   *
   * @param task - Gets a signal that aborts when a method interrupts, or when the server closes.
   * @throws DeviceUnavailableError if the server closes before; InterruptedError if a method interrupts before; what the
   *   task throws.
   */
  inTurn<T>(task: (signal: AbortSignal) => T | Promise<T>): Promise<T> {
    if (this.isClosing) return Promise.reject(notStarted());
    const local = new LocalTask(task);
    this.tasks.add(local);
    this.queue.push(() => this.inTurnOf(() => this.hold(ownTask, local.run())));
    return local.result.finally(() => this.tasks.delete(local));
  }

  /** Runs no task that waits, and tells the one that runs to end. */
  drain(): void {
    this.isClosing = true;
    for (const task of this.tasks) {
      task.refuse(notStarted());
      task.abort(new Error("the server is closing"));
    }
  }

  /** Resolves when what holds the queue has ended. */
  async idle(): Promise<void> {
    while (this.holder !== undefined) await this.holder.ended;
  }

  /** Reports nothing any more. */
  close(): void {
    this.overdue.close();
  }

  /** @param holder - Asked only of what is not done at once. */
  private hold(holder: () => NewHolder, ended: Promise<void> | undefined): Promise<void> | undefined {
    if (ended === undefined) return undefined;
    this.holder = { ...holder(), since: performance.now(), ended };
    return ended.then(() => (this.holder = undefined));
  }

  /** What stops a device is not overtaken by what came after it. */
  private inTurnOf(start: () => Promise<void> | undefined): Promise<void> | undefined {
    return this.interrupting.size === 0 ? start() : this.afterInterruptions().then(start);
  }

  private async afterInterruptions(): Promise<void> {
    while (this.interrupting.size > 0) await Promise.all(this.interrupting);
  }

  /** Nothing to wait for where the method is done at once. */
  private start(call: ServedCall): Promise<void> | undefined {
    return call.start() ? call.inScope(() => this.begin(call)) : undefined;
  }

  private begin(call: ServedCall): Promise<void> | undefined {
    try {
      const args = bindArguments(call.contract, call.request);
      if (!isPromise(args)) return this.enterInTime(call, args);
      return args.then(
        (checked) => this.enterInTime(call, checked),
        (error: unknown) => call.reject(refusal(error)),
      );
    } catch (error) {
      call.reject(refusal(error));
      return undefined;
    }
  }

  /** Making and checking the arguments may take its time: whether the call is wanted is decided as late as can be. */
  private enterInTime(call: ServedCall, args: unknown[]): Promise<void> | undefined {
    return call.isOver() ? undefined : this.enter(call, args);
  }

  private enter(call: ServedCall, args: unknown[]): Promise<void> | undefined {
    if (!call.contract.interrupts) return this.invoke(call, args);
    this.interrupt(call);
    const running = this.invoke(call, args);
    if (running === undefined) return undefined;
    this.interrupting.add(running);
    return running.finally(() => this.interrupting.delete(running));
  }

  /** Ends what would go on moving: methods that run or wait, and properties whose new value is still checked. */
  private interrupt({ method }: ServedCall): void {
    const why = `${method} interrupted it`;
    this.active.interrupt(why);
    for (const task of this.tasks) {
      task.refuse(new InterruptedError(`a task was not started: ${why}`));
      task.abort(new Error(why));
    }
  }

  private invoke(call: ServedCall, args: unknown[]): Promise<void> | undefined {
    if (call.contract.stream !== undefined) return this.streams.run(call, call.contract.stream, args);
    try {
      const result = withContext(call, () => this.device.invoke(call.contract.member, args));
      if (isPromise(result)) return this.settle(call, result);
      if (isGenerator(result)) return this.settle(call, driveGenerator(result, call, this.log));
      call.succeed(returnedValue(call.contract, result));
    } catch (error) {
      this.failed(call, error);
    }
    return undefined;
  }

  private async settle(call: ServedCall, result: PromiseLike<unknown>): Promise<void> {
    const ended = this.overdue.watch(call);
    try {
      const value = await result;
      if (value === ENDED) call.ended();
      else call.succeed(returnedValue(call.contract, value));
    } catch (error) {
      this.failed(call, error);
    }
    ended?.();
  }

  private failed(call: ServedCall, error: unknown): void {
    call.fail(deviceFailure(error));
    this.log.failed(call, error);
  }
}

interface NewHolder {
  readonly method: string;
  readonly client: string;
  readonly id: string;
}

interface Holder extends NewHolder {
  readonly since: number;
  readonly ended: Promise<void>;
}

type WaitingTask = Pick<LocalTask<never>, "refuse" | "abort">;

function holderOf({ method, client, id }: ServedCall): NewHolder {
  return { method, client: callerName(client), id };
}

function ownTask(): NewHolder {
  return { method: "a task of its own", client: "the device's process", id: "" };
}

function notStarted(): DeviceUnavailableError {
  return new DeviceUnavailableError("a task was not started: the server is closing");
}
