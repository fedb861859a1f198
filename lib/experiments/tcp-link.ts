import { once } from "node:events";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { DeviceUnavailableError, messageOf } from "../errors";
import { MAX_RIG_MESSAGE_BYTES } from "./experiment-message";
import { formatAddress, type RigAddress } from "./rig-address";
import { type RigLink, type RigLinkListener, type RigLinkOptions } from "./rig-link";
import { TcpConnection } from "./tcp-connection";

/** More connections than any experiment has rigs; further ones are refused. */
const MAX_CONNECTIONS = 1_024;

/**
 * Accepts connections from everyone.
 *
 * @throws DeviceUnavailableError if the address cannot be listened on.
 */
export async function openTcpServer(address: RigAddress, options: RigLinkOptions): Promise<RigLink> {
  const server = createServer();
  server.maxConnections = MAX_CONNECTIONS;
  try {
    server.listen(address.port, address.host);
    await once(server, "listening");
    return new TcpServerLink(server, options);
  } catch (error) {
    throw unavailable("cannot listen on", address, error);
  }
}

/**
 * Connects to one peer.
 *
 * @throws DeviceUnavailableError if there is no connection in time.
 */
export async function openTcpClient(peer: RigAddress, options: RigLinkOptions): Promise<RigLink> {
  const socket = createConnection(peer.port, peer.host);
  const signal = AbortSignal.timeout(options.connectTimeoutMs);
  try {
    await once(socket, "connect", { signal });
    return new TcpClientLink(socket, peer, options);
  } catch (error) {
    socket.destroy();
    throw unavailable(
      "cannot connect to",
      peer,
      signal.aborted ? new Error(`no connection within ${options.connectTimeoutMs} ms`) : error,
    );
  }
}

function unavailable(what: string, address: RigAddress, error: unknown): DeviceUnavailableError {
  return new DeviceUnavailableError(
    `${what} tcp://${formatAddress(address)}: ${messageOf(error)}`,
    {},
    { cause: error },
  );
}

class TcpServerLink implements RigLink {
  readonly local: RigAddress;
  readonly peer = undefined;
  readonly maxMessageBytes = MAX_RIG_MESSAGE_BYTES;
  private readonly connections = new Map<string, TcpConnection>();
  private listener: RigLinkListener | undefined;

  constructor(
    private readonly server: Server,
    private readonly options: RigLinkOptions,
  ) {
    this.local = localAddress(server.address());
    server.on("connection", (socket) => this.accept(socket));
    // A connection that cannot be accepted is that peer's loss, not the server's.
    server.on("error", () => undefined);
  }

  get isOpen(): boolean {
    return this.server.listening;
  }

  attach(listener: RigLinkListener): void {
    this.listener = listener;
  }

  async send(message: Buffer, to: RigAddress): Promise<void> {
    const connection = this.connections.get(formatAddress(to));
    if (connection === undefined) {
      throw new DeviceUnavailableError(`there is no connection from tcp://${formatAddress(to)}`);
    }
    await connection.send(message);
  }

  sendNow(message: Buffer, to: RigAddress): void {
    this.connections.get(formatAddress(to))?.sendNow(message);
  }

  dismiss(peer: RigAddress): void {
    this.connections.get(formatAddress(peer))?.dismiss("it sent what is no experiment message");
  }

  async close(): Promise<void> {
    const closed = this.server.listening ? once(this.server, "close") : undefined;
    this.server.close();
    await Promise.all([...this.connections.values()].map((connection) => connection.close()));
    await closed;
  }

  private accept(socket: Socket): void {
    const connection = new TcpConnection(socket, this.options.messageGapMs, {
      received: (message, { peer }) => this.listener?.received(message, peer),
      ended: (reason, { peer }) => {
        this.connections.delete(formatAddress(peer));
        this.listener?.lost(peer, reason);
      },
    });
    this.connections.set(formatAddress(connection.peer), connection);
  }
}

class TcpClientLink implements RigLink {
  readonly local: RigAddress;
  readonly maxMessageBytes = MAX_RIG_MESSAGE_BYTES;
  private readonly connection: TcpConnection;
  private listener: RigLinkListener | undefined;

  constructor(
    socket: Socket,
    readonly peer: RigAddress,
    { messageGapMs }: RigLinkOptions,
  ) {
    this.local = { host: socket.localAddress ?? "", port: socket.localPort ?? 0 };
    this.connection = new TcpConnection(socket, messageGapMs, {
      received: (message) => this.listener?.received(message, peer),
      ended: (reason) => this.listener?.ended(reason),
    });
  }

  get isOpen(): boolean {
    return this.connection.isOpen;
  }

  attach(listener: RigLinkListener): void {
    this.listener = listener;
  }

  send(message: Buffer): Promise<void> {
    return this.connection.send(message);
  }

  sendNow(message: Buffer): void {
    this.connection.sendNow(message);
  }

  dismiss(): void {
    this.connection.dismiss("it sent what is no experiment message");
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}

function localAddress(address: ReturnType<Server["address"]>): RigAddress {
  if (address === null || typeof address === "string") return { host: "", port: 0 };
  return { host: address.address, port: address.port };
}
