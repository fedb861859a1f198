import { type RpcEndpoint } from "../transport/endpoint";
import { failed } from "../wire/failures";
import { failureReply, type ReplyFrames, successReply } from "../wire/replies";
import { confirmationTopic } from "../wire/signals";
import { type SignalPublisher } from "./signal-publisher";

/** How long a client's new subscription may take to arrive, in milliseconds. */
const SUBSCRIPTION_TIMEOUT_MS = 1_000;

/** Answers clients that ask whether they are subscribed, and how many signals there were. */
export class SignalAccounts {
  private isClosed = false;

  constructor(
    private readonly endpoint: RpcEndpoint,
    private readonly signals: SignalPublisher,
  ) {}

  /** The reply to `CONFIRM_SUBSCRIPTIONS`: the counts, when all that the client subscribed to before has arrived. */
  async confirm(token: string): Promise<ReplyFrames> {
    if (await this.endpoint.subscriptionsArrived(token, SUBSCRIPTION_TIMEOUT_MS)) {
      return successReply({ seq: this.signals.counts() });
    }
    return failureReply(failed("the subscription did not arrive"));
  }

  /** Sends the mark of a client behind all that is counted, where signals and replies travel apart. */
  count(token: string | undefined, reply: (frames: ReplyFrames) => void): void {
    reply(successReply({ seq: this.signals.counts() }));
    if (token === undefined) return;
    void this.endpoint.subscriptionsArrived(token, SUBSCRIPTION_TIMEOUT_MS).then((haveArrived) => {
      if (haveArrived && !this.isClosed) this.endpoint.publish("", confirmationTopic(token));
    });
  }

  /** No mark is sent any more. */
  close(): void {
    this.isClosed = true;
  }
}
