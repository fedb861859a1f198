import { type Peer, type PeerClient } from "../peers/peer";

/** What a task in a client's process works with. */
export interface TaskContext {
  readonly peer: Peer;
  /** Is connected, and has been answered once. */
  readonly client: PeerClient;
  readonly address: string;
}

export type ClientTask<Options, Result> = (context: TaskContext, options: Options) => Promise<Result>;
