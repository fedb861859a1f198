import { createServer, type Server, type Socket } from "node:net";
import { type Frame } from "../../../wire/frame";
import { type CallSocket, type MessageHandler } from "../call-socket";
import { listenAt } from "./listen-at";
import { ZmtpConnection, type ZmtpConnectionOptions } from "./zmtp-connection";

/** Types that talk to a ROUTER (ZeroMQ RFC 28). */
const PEER_TYPES: ReadonlySet<string> = new Set(["REQ", "DEALER", "ROUTER"]);

const IDENTITY_BYTES = 6;

/** Connections so far: a device may have several sockets, and its clients are told apart by these names alone. */
let named = 0;

/** Bytes of unfinished messages of all clients together, in messages of the largest size. */
const MAX_UNFINISHED_MESSAGES = 4;

export type PlainRouterOptions = Omit<ZmtpConnectionOptions, "socketType" | "peerTypes">;

/**
 * A ROUTER for clients without keys, over TCP or a local socket. It is written here and not ZeroMQ's, since ZeroMQ lets
 * a client choose its routing id: one that claims the next id that ZeroMQ would give makes the process abort. Here every
 * connection is named by this side, and what a client claims means nothing. What waits is bounded in bytes, and a
 * connection on which bytes arrive is alive.
 */
export class PlainRouter implements CallSocket {
  onRoom?: (client: string) => void;
  onGone?: (client: string) => void;
  private readonly server: Server;
  private readonly connections = new Map<string, ZmtpConnection>();
  private onMessage: MessageHandler | undefined;
  private unfinishedBytes = 0;
  /** Connections that came before anybody takes requests. */
  private readonly early: Socket[] = [];
  private isReleasing = false;
  private isReleased = false;

  constructor(private readonly options: PlainRouterOptions) {
    this.server = createServer({ pauseOnConnect: true }, (socket) => this.accept(socket));
    this.server.on("error", () => undefined);
  }

  get closed(): boolean {
    return this.isReleased;
  }

  bind(target: string): Promise<string> {
    return listenAt(this.server, target);
  }

  receive(onMessage: MessageHandler): void {
    this.onMessage = onMessage;
    for (const socket of this.early.splice(0)) this.accept(socket);
  }

  send([identity, ...frames]: readonly Frame[]): undefined {
    const client = identity === undefined ? "" : nameOf(identity);
    const connection = this.connections.get(client);
    if (connection?.isOpen !== true) throw failure("EHOSTUNREACH", "the client is gone");
    if (connection.isFull) {
      connection.markFull();
      throw failure("EAGAIN", "the client has no room");
    }
    connection.send(frames);
  }

  get clientCount(): number {
    let count = 0;
    for (const { isOpen } of this.connections.values()) if (isOpen) count += 1;
    return count;
  }

  addressOf(client: string): string | undefined {
    return this.connections.get(client)?.peerAddress;
  }

  async release(lingerMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.onMessage = undefined;
    this.isReleasing = true;
    for (const socket of this.early.splice(0)) socket.destroy();
    await Promise.all([...this.connections.values()].map((connection) => connection.end(lingerMs)));
    this.isReleased = true;
    await closed;
  }

  private accept(socket: Socket): void {
    if (this.onMessage === undefined) {
      if (this.isReleasing) socket.destroy();
      else this.early.push(socket);
      return;
    }
    const identity = Buffer.alloc(IDENTITY_BYTES);
    identity.writeUIntBE(++named, 0, IDENTITY_BYTES);
    const client = nameOf(identity);
    const connection: ZmtpConnection = new ZmtpConnection(
      socket,
      { ...this.options, socketType: "ROUTER", peerTypes: PEER_TYPES },
      {
        onMessage: (frames) => this.onMessage?.([identity, ...frames]),
        onRoom: () => this.onRoom?.(client),
        onUnfinished: (change) => this.count(change),
        onClosed: () => {
          if (this.connections.delete(client)) this.onGone?.(client);
        },
      },
    );
    this.connections.set(client, connection);
    socket.resume();
  }

  /** Beyond the bound the connection goes that holds the most. */
  private count(change: number): void {
    this.unfinishedBytes += change;
    if (this.unfinishedBytes <= MAX_UNFINISHED_MESSAGES * this.options.maxMessageBytes) return;
    let largest: ZmtpConnection | undefined;
    for (const connection of this.connections.values()) {
      if (connection.unfinishedBytes > (largest?.unfinishedBytes ?? 0)) largest = connection;
    }
    largest?.destroy();
  }
}

function nameOf(identity: Frame): string {
  return typeof identity === "string" ? identity : Buffer.from(identity).toString("latin1");
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
