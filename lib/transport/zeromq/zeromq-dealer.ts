import { setImmediate as nextTurn } from "node:timers/promises";
import { Dealer } from "zeromq";
import { messageOf } from "../../errors";
import { type Plain } from "../../security/credentials";
import { type ResolvedClientSecurity } from "../../security/security-options";
import { type Frame } from "../../wire/frame";
import { type ConnectionOptions } from "../connection";
import { connectSocket, ONE_CONNECTION } from "./connect-socket";
import { curveClientOptions } from "./curve-client-options";
import { makeSocket } from "./make-socket";
import { refusedMessage } from "./refused-message";
import { type ReplyReceiver, type RequestSocket } from "./request-socket";
import { peerSocketOptions } from "./socket-options";

/** As ZeroMQ says it. */
const UNBOUNDED = 0;

/** ZeroMQ's own DEALER: towards servers with keys, and within a process. */
export class ZeroMqDealer implements RequestSocket {
  private readonly socket: Dealer;
  /** Messages so far. */
  private received = 0;
  private isEnding = false;

  constructor(
    private readonly target: string,
    private readonly options: ConnectionOptions,
    private readonly security: ResolvedClientSecurity | Plain,
    private readonly receiver: ReplyReceiver,
  ) {
    const socketOptions = {
      ...peerSocketOptions(target, options),
      ...curveClientOptions(target, security),
      ...ONE_CONNECTION,
      // What it asked for comes in whole: with a full queue, a heartbeat after the server's end would end this process.
      receiveHighWaterMark: UNBOUNDED,
    };
    this.socket = makeSocket(() => new Dealer(socketOptions));
  }

  get closed(): boolean {
    return this.isEnding;
  }

  async open(): Promise<void> {
    await connectSocket(this.socket, this.target, this.security, {
      onLost: (reason) => void this.endWhenRead(reason),
      onRefused: () => void this.endWhenRead(refusedMessage("reply", this.options)),
    });
    void this.receive();
  }

  send(message: readonly Frame[]): Promise<void> {
    return this.socket.send([...message]);
  }

  close(): void {
    this.isEnding = true;
    if (!this.socket.closed) this.socket.close();
  }

  /**
   * The peer is gone, but its last replies may still lie here: what tells of the end is quicker than they are. A turn of
   * the event loop without any is the end of them.
   */
  private async endWhenRead(reason: string): Promise<void> {
    this.isEnding = true;
    let before: number;
    do {
      before = this.received;
      await nextTurn();
      await nextTurn();
    } while (this.received > before);
    this.lose(reason);
  }

  private lose(reason: string): void {
    if (this.socket.closed) return;
    this.close();
    this.receiver.onLost(reason);
  }

  private async receive(): Promise<void> {
    try {
      for await (const frames of this.socket) {
        this.received += 1;
        this.receiver.onMessage(frames);
      }
    } catch (error) {
      this.lose(messageOf(error));
    }
  }
}
