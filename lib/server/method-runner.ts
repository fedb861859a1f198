import { type MethodContract, type ServiceContract } from "../contract/service-contract";
import { EncodingError } from "../errors";
import { deviceFailure, refusal } from "../wire/failures";
import { bufferReply, failureReply, resultReply, type ReplyFrames } from "../wire/replies";
import { isObject, type MethodCall } from "../wire/requests";
import { bindArguments } from "./bind-arguments";
import { type Device } from "./device";
import { TaskQueue } from "./task-queue";

/** Runs a device's methods: one at a time in the order of arrival, `concurrent` ones past the others. */
export class MethodRunner {
  private readonly queue = new TaskQueue();

  constructor(
    private readonly device: Device,
    private readonly contract: ServiceContract,
  ) {}

  /** @param reply - Gets the result or the failure, exactly once. */
  run(call: MethodCall, reply: (frames: ReplyFrames) => void): void {
    const method = this.contract.methods.get(call.method);
    if (method === undefined) {
      // The original's words (protocols.md, 1).
      reply(failureReply({ success: false, error: `Method ${call.method} not implemented` }));
      return;
    }
    const run = async () => reply(await this.call(method, call));
    const drop = () => {
      const error = `${method.wireName} was not started: the server is closing`;
      reply(failureReply({ success: false, error }));
    };
    if (method.concurrent) void run();
    else this.queue.push({ run, drop });
  }

  /** Tells the callers of all methods that still wait that they are not started. */
  close(): void {
    this.queue.close();
  }

  private async call(method: MethodContract, call: MethodCall): Promise<ReplyFrames> {
    let args: unknown[];
    try {
      args = await bindArguments(method, call);
    } catch (error) {
      return failureReply(refusal(error));
    }
    try {
      const result = await this.device.invoke(method.member, args);
      return method.result === "json" ? resultReply(result) : toBufferReply(method, result);
    } catch (error) {
      return failureReply(deviceFailure(error));
    }
  }
}

function toBufferReply({ member }: MethodContract, result: unknown): ReplyFrames {
  const [data, info] = Array.isArray(result) ? (result as unknown[]) : [];
  if (!(data instanceof Uint8Array) || !isObject(info)) {
    throw new EncodingError(`${member} must return [bytes, info]: a Buffer or Uint8Array and an object`);
  }
  return bufferReply(info, data);
}
