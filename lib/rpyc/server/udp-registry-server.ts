import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { type Observable } from "rxjs";
import { lookUpHost } from "../../address/node/look-up-host";
import { messageOf, RpycRegistryListenError } from "../../errors";
import { defaultLogger } from "../../log/logger";
import { BackgroundPruning } from "./background-pruning";
import { BurstLog } from "../../log/burst-log";
import { MAX_REQUEST_BYTES, RPYC_REGISTRY_PORT } from "../registry-message";
import { RegistryResponder, type RegistryResponderOptions } from "./registry-responder";
import { formatAddress } from "../service-address";
import { type RegisteredService, type ServiceTable } from "./service-table";

/** What the originals read of a reply to QUERY; of a reply to LIST they read ten times as much. */
const DEFAULT_MAX_REPLY_BYTES = 1_500;

/** Where a {@link UdpRegistryServer} listens, and how long its replies are. */
export interface UdpRegistryServerOptions extends RegistryResponderOptions {
  /** Address or name to listen at; `::` for IPv6 and IPv4. Default `0.0.0.0`: every IPv4 one, broadcasts included. */
  readonly host?: string;
  /** Default 18,811; 0 for a random one, which {@link UdpRegistryServer.port} tells. */
  readonly port?: number;
  /**
   * A reply that would be longer holds only its first entries, which are those of the oldest keep-alives for
   * QUERY, and a warning is logged. Default 1,500.
   */
  readonly maxReplyBytes?: number;
}

/**
 * An RPyC registry that answers datagrams (RPyC registry), broadcasts as well. A request that is malformed
 * or longer than 1,500 bytes gets no reply.
 */
export class UdpRegistryServer {
  readonly services: ServiceTable;
  /** Services that are new; a keep-alive is not told. */
  readonly onServiceAdded$: Observable<RegisteredService>;
  /** Services that were there and are no more: unregistered, or not renewed in time. */
  readonly onServiceRemoved$: Observable<RegisteredService>;
  /** Where it listens. */
  readonly port: number;
  private readonly pruning: BackgroundPruning;
  private readonly log: BurstLog;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly responder: RegistryResponder,
    options: UdpRegistryServerOptions,
  ) {
    this.port = socket.address().port;
    this.services = responder.services;
    this.onServiceAdded$ = this.services.onServiceAdded$;
    this.onServiceRemoved$ = this.services.onServiceRemoved$;
    this.pruning = new BackgroundPruning(this.services);
    this.log = new BurstLog(options.logger ?? defaultLogger());
    socket.on("message", (request, sender) => this.answer(request, sender));
    socket.on("error", (error) => this.log.warn({ reason: error.message }, "RPyC registry: socket error"));
  }

  /**
   * Opens a registry and waits until it listens.
   *
   * @throws RpycRegistryListenError if the port is taken or the address is not this machine's.
   */
  static async listen(options: UdpRegistryServerOptions = {}): Promise<UdpRegistryServer> {
    const { host = "0.0.0.0", port = RPYC_REGISTRY_PORT, maxReplyBytes = DEFAULT_MAX_REPLY_BYTES } = options;
    let socket: Socket | undefined;
    try {
      const { address, family } = await lookUpHost(host);
      socket = createSocket(family === 6 ? "udp6" : "udp4");
      socket.bind({ address, port, exclusive: true });
      await once(socket, "listening");
      return new UdpRegistryServer(socket, new RegistryResponder(options, maxReplyBytes), options);
    } catch (error) {
      socket?.close();
      throw new RpycRegistryListenError(
        `no RPyC registry can listen at udp://${formatAddress({ host, port })}: ${messageOf(error)}; ` +
          "end the registry that runs there, or choose another host or port",
        {},
        { cause: error },
      );
    }
  }

  /** Closes the socket; may be called again. */
  close(): Promise<void> {
    this.closing ??= new Promise((resolve) => {
      this.pruning.stop();
      this.socket.close(resolve);
    });
    return this.closing;
  }

  private answer(request: Uint8Array, sender: RemoteInfo): void {
    // A forged datagram can come from port 0, to which none can be sent.
    if (request.length > MAX_REQUEST_BYTES || sender.port === 0) return;
    const reply = this.responder.answer(request, sender.address);
    this.pruning.arm();
    if (reply === undefined || this.closing !== undefined) return;
    this.socket.send(reply, sender.port, sender.address, (error) => {
      if (error !== null) {
        this.log.debug({ sender, reason: error.message }, "RPyC registry: a reply cannot be sent");
      }
    });
  }
}
