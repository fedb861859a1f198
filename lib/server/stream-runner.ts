import { type MethodContract, type StreamContract } from "../contract/service-contract";
import { kindOfError } from "../thrown";
import { onAbort } from "../time/abort-listeners";
import { deviceFailure, failed } from "../wire/failures";
import { type MethodCall } from "../wire/requests";
import { withContext } from "./call-context";
import { type Device } from "./device";
import { endGenerator } from "./drive-generator";
import { type FailureLog } from "./failure-log";
import { type OpenStreams } from "./open-streams";
import { type ServedRequest } from "./served-request";
import { ServedStream } from "./served-stream";
import { sourceOf, type StreamSource } from "./stream-source";

type OpeningCall = ServedRequest<MethodContract, MethodCall>;

/** Runs methods whose items are pulled: the call that opens a stream lasts until its source has ended. */
export class StreamRunner {
  constructor(
    private readonly device: Device,
    private readonly open: OpenStreams,
    private readonly log: FailureLog,
  ) {}

  /** @returns Resolves when the source has ended. */
  run(call: OpeningCall, contract: StreamContract, args: unknown[]): Promise<void> | undefined {
    const { method, id, connection } = call;
    const mode = call.request.stream;
    if (mode === undefined || id === "") {
      call.reject(failed(notReadable(method)));
      return undefined;
    }
    const obstacle = this.open.obstacleTo(connection.id, id);
    if (obstacle !== undefined) {
      call.reject(failed(`${method} was not started: ${obstacle}`, "busy"));
      return undefined;
    }
    const stream = new ServedStream(contract, mode, method, this.open.room, call.account);
    this.open.add(connection.id, id, stream);
    return this.serve(call, stream, args);
  }

  private async serve(call: OpeningCall, stream: ServedStream, args: unknown[]): Promise<void> {
    const answer = await this.answerTo(call, stream, args);
    // First: whoever hears of the end finds that there is room.
    this.open.delete(call.connection.id, call.id);
    answer();
  }

  /** @returns When the source has ended: what tells the caller. */
  private async answerTo(call: OpeningCall, stream: ServedStream, args: unknown[]): Promise<() => void> {
    const giveUp = () => stream.giveUp(call.endFailure);
    const stopListening = onAbort(call.signal, giveUp);
    if (call.signal.aborted) giveUp();
    try {
      const source = await this.begin(call, stream, args);
      const end = await stream.ended;
      await this.end(call, source);
      if (end.kind === "complete") return () => call.succeed(undefined);
      return end.kind === "failed" ? () => call.fail(end.failure) : () => call.ended();
    } catch (error) {
      this.log.failed(call, error);
      return () => call.fail(deviceFailure(error));
    } finally {
      stopListening();
    }
  }

  private async begin(call: OpeningCall, stream: ServedStream, args: unknown[]): Promise<StreamSource> {
    const { member } = call.contract;
    const returned: unknown = await withContext(call, () => this.device.invoke(member, args));
    const sourceFailed = (error: unknown) => {
      stream.fail(deviceFailure(error));
      // What waits for something ends in this way where it was told to end.
      const isTold = call.signal.aborted && kindOfError(error).name === "AbortError";
      if (!isTold) this.log.failed(call, error);
    };
    const source = sourceOf(returned, stream, call, sourceFailed, (generator) =>
      endGenerator(generator, call, this.log),
    );
    if (!stream.isOver) {
      call.opened();
      source.begin();
    }
    return source;
  }

  /** What goes wrong now concerns nobody but the device. */
  private async end(call: OpeningCall, source: StreamSource): Promise<void> {
    try {
      await source.end();
    } catch (error) {
      this.log.failed(call, error);
    }
  }
}

function notReadable(method: string): string {
  return (
    `${method} is a stream, whose items are pulled: read it with a client of rigwire, for await (const item of ` +
    `remote.${method}()), or rigwire stream DEVICE ${method}`
  );
}
