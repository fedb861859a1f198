import { type ErrorPlace } from "../errors";
import { type ReceivedReply } from "../wire/message";
import { PendingCall } from "./pending-call";
import { type SimpleRequest } from "./rpc-channel";

/** A request whose text does not depend on who answers. */
export class SimpleCall extends PendingCall<unknown> {
  constructor(
    private readonly request: SimpleRequest,
    protected readonly succeed: (frames: ReceivedReply) => void,
    protected readonly reject: (error: unknown) => void,
  ) {
    super();
  }

  get place(): ErrorPlace {
    return this.request.place;
  }

  get signal(): AbortSignal | undefined {
    return this.request.signal;
  }

  timeoutFor(): number {
    return this.request.timeoutMs;
  }

  encode(): string {
    return this.request.body;
  }
}
