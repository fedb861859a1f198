/** What every peer echoes: about 60 bytes as JSON. */
export interface Reading {
  readonly device: string;
  readonly degrees: number;
  readonly speed: number;
  readonly homed: boolean;
}

export const READING: Reading = { device: "turntable-1", degrees: 123.25, speed: 4.5, homed: true };

/** One way to call a function in another process, as its own users would write it. */
export interface Peer {
  /** Serves the echo at a free port of this computer only. */
  serve(): Promise<PeerServer>;
  connect(address: string): Promise<PeerClient>;
}

export interface PeerServer {
  /** Whatever {@link Peer.connect} needs. */
  readonly address: string;
  /** A process that it started, to be ended with it whatever happens. */
  readonly helperPid?: number | undefined;
  /** Kills that process and starts it anew. @returns Its new id. */
  restart?(): Promise<number | undefined>;
  close(): Promise<void>;
}

/** What is not natural for a peer, it does not offer. */
export interface PeerClient {
  echo(reading: Reading): Promise<unknown>;
  /** The same with an argument that is checked against the rules of its class. */
  echoChecked?(reading: Reading): Promise<unknown>;
  /** The same with a result that is checked against the rules of its class. */
  echoReturned?(reading: Reading): Promise<unknown>;
  getProperty?(): Promise<unknown>;
  /** The same bytes at every call. */
  getBuffer?(bytes: number): Promise<Uint8Array>;
  readonly maxBufferBytes?: number;
  /** A {@link READING} again and again, as fast as it is read. */
  streamReadings?(): AsyncIterable<unknown>;
  /** The same bytes again and again. */
  streamBuffers?(bytes: number): AsyncIterable<unknown>;
  /** A call that could tell progress, and is not asked for any. */
  step?(): Promise<unknown>;
  /** The same, with its progress. */
  stepAndTell?(): Promise<unknown>;
  /** @param onEvent - Called for each event, when its content has been read. */
  subscribe?(onEvent: () => void): Promise<void>;
  /** Has the server send a {@link READING} so many times to all subscribers. */
  emit?(count: number): Promise<unknown>;
  close(): Promise<void>;
}
