import { type MethodContract, type ServiceContract } from "../contract/service-contract";
import { DeviceUnavailableError, EncodingError } from "../errors";
import { deviceFailure, failed, refusal } from "../wire/failures";
import { bufferReply, failureReply, resultReply, type ReplyFrames } from "../wire/replies";
import { isObject } from "../wire/message";
import { type MethodCall } from "../wire/requests";
import { ActiveCall, type CallOrigin } from "./active-call";
import { ActiveCalls, type CallLimits } from "./active-calls";
import { bindArguments } from "./bind-arguments";
import { withContext } from "./call-context";
import { type Device } from "./device";
import { TaskQueue } from "./task-queue";

/**
 * Runs a device's methods: one at a time in the order of arrival, `concurrent` ones past them. A call whose time has
 * passed, or whose caller gave it up, is not started.
 */
export class MethodRunner {
  private readonly queue = new TaskQueue();
  private readonly calls: ActiveCalls;
  private isClosing = false;
  private isClosed = false;

  constructor(
    private readonly device: Device,
    private readonly contract: ServiceContract,
    limits: CallLimits,
  ) {
    this.calls = new ActiveCalls(limits);
  }

  /** @param origin - Gets the result or the failure, exactly once. */
  run(request: MethodCall, origin: CallOrigin): void {
    const method = this.contract.methods.get(request.method);
    if (method === undefined) {
      // The original's words, and no traceback (plantimager RPC).
      origin.reply(failureReply({ success: false, error: `Method ${request.method} not implemented` }));
      return;
    }
    const isRefused = this.isClosed || (this.isClosing && !method.concurrent);
    const busy = isRefused ? "the server is closing" : this.calls.refusalFor(origin.client);
    if (busy !== undefined) {
      origin.reply(failureReply(failed(`${method.wireName} was not started: ${busy}`, "busy")));
      return;
    }
    const call = new ActiveCall(method, request, origin, (replied) => this.calls.delete(replied));
    if (method.concurrent) void this.start(call);
    else this.queue.push(() => this.start(call));
    // Most are done by now: nothing can have asked for them.
    if (!call.isReplied) this.calls.add(call);
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

  /** A client does not wait for this call any more. */
  cancel(client: string, id: string): void {
    this.calls.find(client, id)?.giveUp("the caller gave it up", "cancelled");
  }

  /**
   * Starts no further call, but `concurrent` ones within the grace time: what runs may have to be stopped. What runs may come to its end within the grace time, in milliseconds; then its signal
   * aborts.
   */
  async close(graceMs: number): Promise<void> {
    this.isClosing = true;
    // A method may be closing the server itself: it is one of the calls once it has given way.
    await Promise.resolve();
    this.calls.refuseWaiting("the server is closing", "busy");
    await this.calls.idle(graceMs);
    this.isClosed = true;
    this.calls.giveUpAll("the server closed", "busy");
  }

  /** Nothing to wait for where the method is done at once. */
  private start(call: ActiveCall): Promise<void> | undefined {
    if (!call.start()) return undefined;
    const reply = this.call(call);
    if (isPromise(reply)) return reply.then((frames) => call.reply(frames));
    call.reply(reply);
    return undefined;
  }

  private call(call: ActiveCall): ReplyFrames | Promise<ReplyFrames> {
    try {
      const args = bindArguments(call.contract, call.request);
      if (!isPromise(args)) return this.invoke(call, args);
      return args.then(
        (checked) => this.invoke(call, checked),
        (error: unknown) => failureReply(refusal(error)),
      );
    } catch (error) {
      return failureReply(refusal(error));
    }
  }

  private invoke(call: ActiveCall, args: unknown[]): ReplyFrames | Promise<ReplyFrames> {
    const { contract } = call;
    try {
      const result = withContext(call, () => this.device.invoke(contract.member, args));
      return isPromise(result) ? settled(contract, result) : replyOf(contract, result);
    } catch (error) {
      return failureReply(deviceFailure(error));
    }
  }
}

async function settled(contract: MethodContract, result: PromiseLike<unknown>): Promise<ReplyFrames> {
  try {
    return replyOf(contract, await result);
  } catch (error) {
    return failureReply(deviceFailure(error));
  }
}

function replyOf(contract: MethodContract, result: unknown): ReplyFrames {
  return contract.result === "json" ? resultReply(result) : toBufferReply(contract, result);
}

function isPromise<T>(value: T): value is Extract<T, PromiseLike<unknown>> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

function toBufferReply({ member }: MethodContract, result: unknown): ReplyFrames {
  const [data, info] = Array.isArray(result) ? (result as unknown[]) : [];
  if (!(data instanceof Uint8Array) || !isObject(info)) {
    throw new EncodingError(`${member} must return [bytes, info]: a Buffer or Uint8Array and an object`);
  }
  return bufferReply(info, data);
}
