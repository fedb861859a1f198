import { type RigAddress } from "./rig-address";

/** What a link tells about. */
export interface RigLinkListener {
  /** The bytes of one message came. */
  received(message: Buffer, from: RigAddress): void;
  /** A peer is known not to listen, which does not end the link. */
  refused(peer: RigAddress, reason: string): void;
  /** The connection of one peer ended; the others go on. */
  lost(peer: RigAddress, reason: string): void;
  /** The link ended by itself and carries nothing any more. */
  ended(reason: string): void;
}

/** Carries the bytes of messages to and from other rigs, over UDP or TCP. */
export interface RigLink {
  /** Where this side listens or sends from. */
  readonly local: RigAddress;
  /** The only peer of a client; `undefined` for a server. */
  readonly peer: RigAddress | undefined;
  /** The most bytes that one message may have. */
  readonly maxMessageBytes: number;
  readonly isOpen: boolean;
  /** Begins to receive. Call it once, at once. */
  attach(listener: RigLinkListener): void;
  /**
   * Sends a message; resolves when it is on its way.
   *
   * @throws DeviceUnavailableError if it cannot be sent.
   */
  send(message: Buffer, to: RigAddress): Promise<void>;
  /** Sends what needs no confirmation, at once; what cannot be sent is dropped. */
  sendNow(message: Buffer, to: RigAddress): void;
  /** Ends the connection of a peer that sent what is no message; nothing where there are no connections. */
  dismiss(peer: RigAddress): void;
  /** Safe to call twice. */
  close(): Promise<void>;
}

/** How a link is opened. */
export interface RigLinkOptions {
  /** Milliseconds to wait for a TCP connection. */
  readonly connectTimeoutMs: number;
  /** Milliseconds between a TCP message and what was sent before it. */
  readonly messageGapMs: number;
}
