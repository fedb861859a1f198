import { parseAddress } from "../../address/address";
import { isOwnHost } from "../../address/node/own-addresses";
import { type Plain } from "../../security/credentials";
import { type ResolvedClientSecurity } from "../../security/security-options";
import { type Frame } from "../../wire/frame";
import {
  type Connection,
  type ConnectionOptions,
  type ConnectionProtocol,
  type ConnectionReceiver,
  type ServerAnnouncement,
} from "../connection";
import { firstOpened } from "./first-opened";
import { makeDealer } from "./make-dealer";
import { PRESENCE, PRESENCE_FEATURE } from "./presence";
import { type RequestSocket } from "./request-socket";
import { resolveHost } from "./resolve-host";
import { SubscriberRoad } from "./subscriber-road";

/**
 * A connection over ZeroMQ: a DEALER socket that lives exactly as long. A request goes with its number as envelope,
 * which a REP socket sends back unread; a message without a number has an empty one.
 */
export class DealerConnection implements Connection {
  readonly signals: SubscriberRoad;
  private readonly socket: RequestSocket;
  /** Goes with the next message: the socket takes one at a time. */
  private isPresenceDue = false;

  private constructor(
    readonly url: string,
    /** Where it is, with the host as a number. */
    private readonly target: string,
    protocol: ConnectionProtocol,
    private readonly receiver: ConnectionReceiver,
    options: ConnectionOptions,
    security: ResolvedClientSecurity | Plain,
  ) {
    this.socket = makeDealer(target, options, security, {
      onMessage: (frames) => this.receiveMessage(frames),
      onLost: (reason) => this.lost(reason),
    });
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
    return firstOpened(targets, signal, async (target) => {
      signal.throwIfAborted();
      const connection = new DealerConnection(url, target, protocol, receiver, options, security);
      await connection.opened(signal);
      return connection;
    });
  }

  get isClosed(): boolean {
    return this.socket.closed;
  }

  get isLocal(): boolean {
    const address = parseAddress(this.target);
    return address.scheme === "tcp" ? isOwnHost(address.host) : address.scheme === "ipc";
  }

  send(id: number | undefined, frames: readonly Frame[]): Promise<void> | undefined {
    const message = id === undefined ? ["", ...frames] : [String(id), "", ...frames];
    if (!this.isPresenceDue) return this.socket.send(message);
    this.isPresenceDue = false;
    const greeted = this.socket.send([PRESENCE]);
    return greeted === undefined ? this.socket.send(message) : greeted.then(() => this.socket.send(message));
  }

  introduce(server: ServerAnnouncement | undefined): void {
    this.signals.introduce(server);
    this.isPresenceDue = server?.features.includes(PRESENCE_FEATURE) === true;
  }

  end(): void {
    this.socket.close();
    this.signals.close();
  }

  /** @param signal - Ends the attempt. */
  private async opened(signal: AbortSignal): Promise<void> {
    const end = () => this.end();
    signal.addEventListener("abort", end, { once: true });
    try {
      await this.socket.open();
    } catch (error) {
      this.end();
      throw error;
    } finally {
      signal.removeEventListener("abort", end);
    }
  }

  private lost(reason: string): void {
    this.end();
    this.receiver.onLost(reason);
  }

  private receiveMessage([envelope, ...frames]: readonly Buffer[]): void {
    if (envelope === undefined) return;
    if (envelope.length === 0) {
      // A batch stands right behind its delimiter; a probe of this client's presence has nothing in it.
      if (frames.length === 1 && frames[0]?.length !== 0) this.receiver.onMessage(undefined, frames);
    } else if (frames[0]?.length === 0) {
      this.receiver.onMessage(Number(envelope.toString("latin1")), frames.slice(1));
    }
  }
}
