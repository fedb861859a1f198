import { type Plain } from "../../security/credentials";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Dealer } from "zeromq";
import { messageOf } from "../../errors";
import { type ResolvedClientSecurity } from "../../security/security-options";
import { type Frame } from "../../wire/frame";
import {
  type Connection,
  type ConnectionOptions,
  type ConnectionProtocol,
  type ConnectionReceiver,
  type ServerAnnouncement,
} from "../connection";
import { connectSocket, ONE_CONNECTION } from "./connect-socket";
import { refusedMessage } from "./refused-message";
import { curveClientOptions } from "./curve-client-options";
import { firstOpened } from "./first-opened";
import { makeSocket } from "./make-socket";
import { PRESENCE, PRESENCE_FEATURE } from "./presence";
import { resolveHost } from "./resolve-host";
import { peerSocketOptions } from "./socket-options";
import { SubscriberRoad } from "./subscriber-road";

/**
 * A connection over ZeroMQ: a DEALER socket that lives exactly as long. A request goes with its number as envelope,
 * which a REP socket sends back unread; a message without a number has an empty one.
 */
export class DealerConnection implements Connection {
  readonly signals: SubscriberRoad;
  private readonly socket: Dealer;
  /** Messages so far. */
  private received = 0;
  private isEnding = false;
  /** Goes with the next message: the socket takes one at a time. */
  private isPresenceDue = false;

  private constructor(
    readonly url: string,
    /** Where it is, with the host as a number. */
    target: string,
    protocol: ConnectionProtocol,
    private readonly receiver: ConnectionReceiver,
    options: ConnectionOptions,
    security: ResolvedClientSecurity | Plain,
  ) {
    const socketOptions = {
      ...peerSocketOptions(target, options),
      ...curveClientOptions(target, security),
      ...ONE_CONNECTION,
    };
    this.socket = makeSocket(() => new Dealer(socketOptions));
    this.signals = new SubscriberRoad(target, protocol, receiver, options, security);
  }

  /**
   * Tries all addresses that the host's name stands for.
   *
   * @throws AuthenticationError where the keys are the reason; else Error with the reason in a few words.
   */
  static async open(
    url: string,
    protocol: ConnectionProtocol,
    receiver: ConnectionReceiver,
    options: ConnectionOptions,
    security: ResolvedClientSecurity | Plain,
    signal: AbortSignal,
  ): Promise<DealerConnection> {
    const targets = await resolveHost(url, signal);
    return firstOpened(targets, signal, (target) =>
      DealerConnection.openAt(target, url, protocol, receiver, options, security, signal),
    );
  }

  private static async openAt(
    target: string,
    url: string,
    protocol: ConnectionProtocol,
    receiver: ConnectionReceiver,
    options: ConnectionOptions,
    security: ResolvedClientSecurity | Plain,
    signal: AbortSignal,
  ): Promise<DealerConnection> {
    signal.throwIfAborted();
    const connection = new DealerConnection(url, target, protocol, receiver, options, security);
    const end = () => connection.end();
    signal.addEventListener("abort", end, { once: true });
    try {
      await connectSocket(connection.socket, target, security, {
        onLost: (reason) => void connection.endWhenRead(reason),
        onRefused: () => void connection.endWhenRead(refusedMessage("reply", options)),
      });
    } catch (error) {
      connection.end();
      throw error;
    } finally {
      signal.removeEventListener("abort", end);
    }
    void connection.receive();
    return connection;
  }

  get isClosed(): boolean {
    return this.isEnding;
  }

  send(id: number | undefined, frames: readonly Frame[]): Promise<void> {
    const message = id === undefined ? ["", ...frames] : [String(id), "", ...frames];
    if (!this.isPresenceDue) return this.socket.send(message);
    this.isPresenceDue = false;
    return this.socket.send([PRESENCE]).then(() => this.socket.send(message));
  }

  introduce(server: ServerAnnouncement | undefined): void {
    this.signals.introduce(server);
    this.isPresenceDue = server?.features.includes(PRESENCE_FEATURE) === true;
  }

  end(): void {
    this.isEnding = true;
    if (!this.socket.closed) this.socket.close();
    this.signals.close();
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
    this.end();
    this.receiver.onLost(reason);
  }

  private async receive(): Promise<void> {
    try {
      for await (const frames of this.socket) this.receiveMessage(frames);
    } catch (error) {
      this.lose(messageOf(error));
    }
  }

  private receiveMessage([envelope, ...frames]: readonly Buffer[]): void {
    this.received += 1;
    if (envelope === undefined) return;
    if (envelope.length === 0) {
      // A batch stands right behind its delimiter; a probe of this client's presence has nothing in it.
      if (frames.length === 1 && frames[0]?.length !== 0) this.receiver.onMessage(undefined, frames);
    } else if (frames[0]?.length === 0) {
      this.receiver.onMessage(Number(envelope.toString("latin1")), frames.slice(1));
    }
  }
}
