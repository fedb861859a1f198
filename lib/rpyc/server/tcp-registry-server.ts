import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { type Observable } from "rxjs";
import { messageOf, RpycRegistryListenError } from "../../errors";
import { defaultLogger } from "../../log/logger";
import { BackgroundPruning } from "./background-pruning";
import { BrineScanner } from "../brine/scanner";
import { BurstLog } from "../../log/burst-log";
import { MAX_REQUEST_BYTES, RPYC_REGISTRY_PORT } from "../registry-message";
import { MAX_REPLY_BYTES } from "../registry-reply";
import { RegistryResponder, type RegistryResponderOptions } from "./registry-responder";
import { formatAddress } from "../service-address";
import { type RegisteredService, type ServiceTable } from "./service-table";
import { UnreadReplies } from "../client/unread-replies";

/** A request is one packet: whoever needs longer does not mean it. */
const DEFAULT_REQUEST_TIMEOUT_MS = 5_000;

/** A thousand clients at once and as many silent ones; each is one file descriptor. */
const DEFAULT_MAX_CONNECTIONS = 2_048;

/** Connections that the system holds before they are taken. */
const BACKLOG = 2_048;

/** Where a {@link TcpRegistryServer} listens, and what it bears. */
export interface TcpRegistryServerOptions extends RegistryResponderOptions {
  /** Address or name to listen at; `::` for IPv6 and IPv4. Default `0.0.0.0`: every IPv4 one. */
  readonly host?: string;
  /** Default 18,811; 0 for a random one, which {@link TcpRegistryServer.port} tells. */
  readonly port?: number;
  /** Milliseconds from a connection's start to its end, whatever it does. Default 5,000. */
  readonly requestTimeoutMs?: number;
  /** Connections at once; one more ends the one that has been silent for longest. Default 2,048. */
  readonly maxConnections?: number;
  /**
   * A reply that would be longer holds only its first entries, and a warning is logged. Default 262,144.
   * Python clients read 1,500 bytes and fail at a longer reply: say 1,500 where they ask for so much.
   */
  readonly maxReplyBytes?: number;
}

/**
 * An RPyC registry that answers one request a connection (RPyC registry), in however many pieces it comes.
 * A connection with a malformed request, or one of more than 1,500 bytes, is closed without a reply.
 */
export class TcpRegistryServer {
  readonly services: ServiceTable;
  /** Services that are new; a keep-alive is not told. */
  readonly onServiceAdded$: Observable<RegisteredService>;
  /** Services that were there and are no more: unregistered, or not renewed in time. */
  readonly onServiceRemoved$: Observable<RegisteredService>;
  /** Where it listens. */
  readonly port: number;
  private readonly pruning: BackgroundPruning;
  private readonly log: BurstLog;
  /** Those that wait longest are in front. */
  private readonly connections = new Set<Socket>();
  private readonly replies = new UnreadReplies();
  private readonly requestTimeoutMs: number;
  private readonly maxConnections: number;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly server: Server,
    private readonly responder: RegistryResponder,
    options: TcpRegistryServerOptions,
  ) {
    const address = server.address();
    this.port = typeof address === "object" && address !== null ? address.port : 0;
    this.services = responder.services;
    this.onServiceAdded$ = this.services.onServiceAdded$;
    this.onServiceRemoved$ = this.services.onServiceRemoved$;
    this.requestTimeoutMs = options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS;
    this.maxConnections = options.maxConnections ?? DEFAULT_MAX_CONNECTIONS;
    this.pruning = new BackgroundPruning(this.services);
    this.log = new BurstLog(options.logger ?? defaultLogger());
    server.on("connection", (socket) => this.take(socket));
    server.on("error", (error) => this.log.warn({ reason: error.message }, "RPyC registry: socket error"));
  }

  /**
   * Opens a registry and waits until it listens.
   *
   * @throws RpycRegistryListenError if the port is taken or the address is not this machine's.
   */
  static async listen(options: TcpRegistryServerOptions = {}): Promise<TcpRegistryServer> {
    const { host = "0.0.0.0", port = RPYC_REGISTRY_PORT, maxReplyBytes = MAX_REPLY_BYTES } = options;
    try {
      const server = createServer({ noDelay: true });
      server.listen({ host, port, backlog: BACKLOG, exclusive: true });
      await once(server, "listening");
      return new TcpRegistryServer(server, new RegistryResponder(options, maxReplyBytes), options);
    } catch (error) {
      throw new RpycRegistryListenError(
        `no RPyC registry can listen at tcp://${formatAddress({ host, port })}: ${messageOf(error)}; ` +
          "end the registry that runs there, or choose another host or port",
        {},
        { cause: error },
      );
    }
  }

  /** Closes the socket and all connections; may be called again. */
  close(): Promise<void> {
    this.closing ??= new Promise((resolve) => {
      this.pruning.stop();
      this.server.close(() => resolve());
      for (const connection of this.connections) connection.destroy();
    });
    return this.closing;
  }

  private take(socket: Socket): void {
    const sender = socket.remoteAddress;
    if (sender === undefined) {
      socket.destroy();
      return;
    }
    this.makeRoom();
    this.connections.add(socket);
    const deadline = setTimeout(() => socket.destroy(), this.requestTimeoutMs);
    socket.on("close", () => {
      clearTimeout(deadline);
      this.connections.delete(socket);
    });
    // A client that leaves early is not worth a line.
    socket.on("error", () => socket.destroy());
    this.readRequest(socket, (request) => this.answer(socket, request, sender));
  }

  private makeRoom(): void {
    if (this.connections.size < this.maxConnections) return;
    const [longestSilent] = this.connections;
    if (longestSilent === undefined) return;
    this.connections.delete(longestSilent);
    longestSilent.destroy();
    this.log.warn(
      { maxConnections: this.maxConnections },
      "RPyC registry: too many connections, the longest silent one is closed",
    );
  }

  private readRequest(socket: Socket, onRequest: (request: Buffer) => void): void {
    const scanner = new BrineScanner();
    const pieces: Buffer[] = [];
    let size = 0;
    const take = (piece: Buffer) => {
      size += piece.length;
      pieces.push(piece);
      if (size > MAX_REQUEST_BYTES || !scanned(scanner, piece)) {
        socket.destroy();
      } else if (scanner.complete) {
        socket.off("data", take).resume();
        onRequest(Buffer.concat(pieces));
      }
    };
    socket.on("data", take);
  }

  private answer(socket: Socket, request: Buffer, sender: string): void {
    const reply = this.responder.answer(request, sender);
    this.pruning.arm();
    if (reply === undefined) socket.destroy();
    else this.replies.send(socket, reply);
  }
}

function scanned(scanner: BrineScanner, piece: Uint8Array): boolean {
  try {
    scanner.push(piece);
    return true;
  } catch {
    return false;
  }
}
