import { encodeBatch, MAX_BATCH_LENGTH } from "../wire/batch";
import { type Frame } from "../wire/frame";

/** Messages of one client that are tried in one go: what a client does not take must not cost more than what it takes. */
const MAX_MESSAGES_IN_ONE_GO = 64;

/** Where a reply goes, as its transport knows it. */
export type ReplyTarget<Route> =
  /** Back to the message that asked. */
  | { readonly kind: "reply"; readonly route: Route }
  /** Back to one request of the batch that asked, on its own. */
  | { readonly kind: "element"; readonly route: Route; readonly id: number }
  /** To the client that sent batches this way: a batch of replies. */
  | { readonly kind: "batch"; readonly route: Route }
  /** To a client, to see whether it is there. */
  | { readonly kind: "probe"; readonly route: Route };

/** A message for a client. */
export interface ReplyMessage<Route> {
  readonly target: ReplyTarget<Route>;
  readonly frames: readonly Frame[];
}

/** A message that waits. */
export interface WaitingReply<Route> extends ReplyMessage<Route> {
  /** Whose it is. */
  readonly owner: ClientReplies<Route>;
  frames: readonly Frame[];
  /** Of the replies in it. */
  bytes: number;
  /** Of the request whose progress it is. */
  readonly progressOf: WithProgress<Route> | undefined;
}

/** A request that may tell progress before its reply. */
export interface WithProgress<Route> {
  /** Its progress that waits: the newest, whose place in the queue the next one takes. For the queue alone. */
  waiting?: WaitingReply<Route> | undefined;
}

/** What waits for one client, in the order in which it is to leave. */
export class ClientReplies<Route> {
  /** Of all that waits. */
  bytes = 0;
  /** The link has no room for this client at the moment. */
  isStalled = false;
  /** It has its turn when everything is taken next. */
  isReady = false;
  /** Nothing is sent to it any more. */
  isForgotten = false;
  /** What the link did not take: it goes first. */
  private refused: WaitingReply<Route>[] = [];
  /** Put together, in the order in which they leave. */
  private messages: WaitingReply<Route>[] = [];
  /** What comes before replies that came since. */
  private progress: WaitingReply<Route>[] = [];
  /** Texts for batches, their ids added. */
  private texts: string[] = [];
  /** Messages that go alone. */
  private alone: WaitingReply<Route>[] = [];

  /** @param route - The way of its last batch. */
  constructor(
    readonly client: string,
    public route: Route,
  ) {}

  /** Whether more is left than what was taken in one go. */
  get hasMore(): boolean {
    return this.messages.length > 0;
  }

  addAlone(target: ReplyTarget<Route>, frames: readonly Frame[], bytes: number): void {
    this.alone.push({ owner: this, target, frames, bytes, progressOf: undefined });
  }

  /** @param text - A reply with its id: it leaves in a batch with others. */
  addText(text: string): void {
    this.texts.push(text);
  }

  addProgress(message: WaitingReply<Route>): void {
    this.progress.push(message);
  }

  addRefused(message: WaitingReply<Route>): void {
    this.refused.push(message);
  }

  /** Takes what is tried in one go. */
  take(): WaitingReply<Route>[] {
    this.putTogether();
    const { messages } = this;
    if (messages.length > MAX_MESSAGES_IN_ONE_GO) return messages.splice(0, MAX_MESSAGES_IN_ONE_GO);
    this.messages = [];
    return messages;
  }

  /** A request's reply always comes after its progress, whether it is in a batch or alone. */
  private putTogether(): void {
    const { messages, refused, progress, alone } = this;
    if (refused.length > 0) {
      messages.unshift(...refused);
      this.refused = [];
    }
    if (progress.length > 0) {
      for (const message of progress) messages.push(message);
      this.progress = [];
    }
    if (this.texts.length > 0) this.batch();
    if (alone.length > 0) {
      for (const message of alone) messages.push(message);
      this.alone = [];
    }
  }

  private batch(): void {
    let batch: string[] = [];
    let length = 0;
    for (const text of this.texts) {
      if (length + text.length > MAX_BATCH_LENGTH && batch.length > 0) {
        this.addBatch(batch, length);
        batch = [];
        length = 0;
      }
      batch.push(text);
      length += text.length;
    }
    this.addBatch(batch, length);
    this.texts = [];
  }

  private addBatch(texts: readonly string[], bytes: number): void {
    const target = { kind: "batch", route: this.route } as const;
    this.messages.push({ owner: this, target, frames: [encodeBatch(texts)], bytes, progressOf: undefined });
  }
}
