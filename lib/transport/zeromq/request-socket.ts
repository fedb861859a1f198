import { type Frame } from "../../wire/frame";

/**
 * What a client sends requests with and gets replies over: a DEALER, whoever makes it. It is one connection: it never
 * comes back by itself.
 */
export interface RequestSocket {
  /** It takes no more messages. */
  readonly closed: boolean;
  /**
   * Connects, and resolves when the peer has shaken hands. Close the socket where this fails.
   *
   * @throws AuthenticationError where the keys are the reason; else Error with the reason in a few words.
   */
  open(): Promise<void>;
  /** Nothing to wait for where the next message may be handed over at once. */
  send(message: readonly Frame[]): Promise<void> | undefined;
  /** Discards what was not sent; the receiver is told nothing any more. Idempotent. */
  close(): void;
}

/** Who is told what comes over a {@link RequestSocket}. */
export interface ReplyReceiver {
  onMessage(frames: readonly Buffer[]): void;
  /** The connection is over, and what came over it was handed on; called once. */
  onLost(reason: string): void;
}
