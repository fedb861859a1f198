/** What signals come over: a SUB socket, whoever makes it. */
export interface SignalSocket {
  /** @throws NoAnswerError where nobody answers; else Error if the publisher cannot be reached. */
  open(): Promise<void>;
  /** @param topic - What the frames that are wanted begin with. Does nothing once it is closed, as all of these. */
  subscribe(topic: string): void;
  unsubscribe(topic: string): void;
  /** Idempotent. */
  close(): void;
}

/** Gets what comes over it, and hears what becomes of it, until it is closed. */
export interface SignalReceiver {
  onFrame(frame: Buffer, data?: Buffer): void;
  /** The publisher is away, and the socket tries to get it back; possibly called at each attempt in vain. */
  onLost(reason: string): void;
  /** This side hung up, for good: what came is larger than it takes, or breaks the protocol. */
  onRefused(): void;
  /** It was lost and is back: signals may have been missed. */
  onBack(): void;
}
