import { Dealer } from "zeromq";
import { messageOf } from "../../errors";
import { type Frame } from "../../wire/frame";
import { type ChannelOptions } from "../rpc-channel";
import { connectSocket, ONE_CONNECTION } from "./connect-socket";
import { SendQueue, type Outgoing } from "./send-queue";
import { peerSocketOptions } from "./socket-options";

/** Who waits for a reply. Exactly one of the two is called, unless the request was abandoned. */
export interface ReplyHandler {
  onReply(frames: readonly Buffer[]): void;
  /** @param wasSent - Whether any of it may have reached the peer. */
  onLost(reason: string, wasSent: boolean): void;
}

interface PendingRequest {
  readonly handler: ReplyHandler;
  readonly outgoing: Outgoing;
}

/**
 * One connection to one server: a DEALER socket that lives exactly as long. Nothing outlives it: what was not sent is
 * discarded with the socket, so that a device that comes back finds no old command.
 */
export class DealerConnection {
  /** Resolves with the reason when the connection is gone. */
  readonly lost: Promise<string>;
  private readonly socket: Dealer;
  private readonly outgoing: SendQueue;
  private readonly pending = new Map<string, PendingRequest>();
  private nextId = 1;
  private tellLost: (reason: string) => void = () => undefined;

  private constructor(
    readonly url: string,
    options: ChannelOptions,
  ) {
    this.socket = new Dealer({ ...peerSocketOptions(url, options), ...ONE_CONNECTION });
    this.outgoing = new SendQueue(this.socket, (error) => this.end(messageOf(error)));
    this.lost = new Promise((resolve) => (this.tellLost = resolve));
  }

  /**
   * @throws Error with the reason in a few words.
   */
  static async open(url: string, options: ChannelOptions, signal: AbortSignal): Promise<DealerConnection> {
    const connection = new DealerConnection(url, options);
    const close = () => connection.end("the client closed");
    signal.addEventListener("abort", close, { once: true });
    void connection.lost.then(() => signal.removeEventListener("abort", close));
    try {
      signal.throwIfAborted();
      await connectSocket(connection.socket, url, (reason) => connection.end(reason));
    } catch (error) {
      connection.end(messageOf(error));
      throw error;
    }
    void connection.receive();
    return connection;
  }

  get isClosed(): boolean {
    return this.socket.closed;
  }

  /**
   * Sends a request.
   *
   * @returns Gives the request up: it is not sent if it still waits, and its reply is dropped. Tells whether any of it
   *   may have reached the peer.
   */
  request(body: Frame, handler: ReplyHandler): () => boolean {
    const id = String(this.nextId++);
    const outgoing = this.outgoing.push([id, "", body]);
    this.pending.set(id, { handler, outgoing });
    return () => {
      this.pending.delete(id);
      outgoing.dropped = true;
      return outgoing.sent;
    };
  }

  /** Ends the connection; whoever waits for a reply is told the reason. Twice is fine. */
  end(reason: string): void {
    if (this.socket.closed) return;
    this.socket.close();
    this.tellLost(reason);
    for (const { handler, outgoing } of this.pending.values()) handler.onLost(reason, outgoing.sent);
    this.pending.clear();
  }

  private async receive(): Promise<void> {
    try {
      for await (const [id, delimiter, ...frames] of this.socket) {
        if (id === undefined || delimiter?.length !== 0) continue;
        const key = id.toString("latin1");
        const request = this.pending.get(key);
        this.pending.delete(key);
        request?.handler.onReply(frames);
      }
    } catch (error) {
      this.end(messageOf(error));
    }
  }
}
