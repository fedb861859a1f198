/** One ordered connection that carries bytes: a socket, or a WebSocket. Their boundaries mean nothing. */
export interface Carrier {
  /** Bytes that were handed over and not yet taken by the system. */
  readonly backlog: number;
  /** Sends bytes, in order. They are sent without a copy: leave them alone afterwards. */
  write(chunks: readonly Uint8Array[]): void;
  /**
   * Ends at once. Idempotent.
   *
   * @param reason - What the other side is told, where the carrier can tell it.
   */
  destroy(reason?: string): void;
}

/** A server's end of a carrier. What a client's can do is less: in browsers nothing can be paused. */
export interface ServerCarrier extends Carrier {
  /** Reads nothing until `resume`. */
  pause(): void;
  resume(): void;
  /** Ends when what was handed over has been sent. Idempotent. */
  end(): void;
}

/** Says where the next bytes belong, for carriers that can put them there. */
export interface DirectTarget {
  /** Where they may be put; then `filled` is called. Nothing where they are to be handed over. */
  room(): Uint8Array | undefined;
  filled(bytes: number): void;
  /** So many at most are worth reading at once where there is no such place. */
  wantedBytes(): number;
  /** Whether what was handed over last must be left alone from now on. */
  isShared(): boolean;
}

/** Gets what becomes of a carrier. */
export interface CarrierReceiver {
  /** @param isReadOnly - It came on a way on which nothing may be commanded. Default false. */
  onBytes(chunk: Uint8Array, isReadOnly?: boolean): void;
  /** Takes bytes without a copy, in the place of `onBytes`. Left out: it does not. */
  readonly direct?: DirectTarget;
  /** Everything that was handed over has been taken by the system. */
  onDrain(): void;
  /** Nothing comes and goes any more, also where this side ended it. */
  onClose(reason: string): void;
}

/** Makes a carrier known to who gets its bytes. */
export type OpenCarrier<C extends Carrier = Carrier> = (receiver: CarrierReceiver) => C;
