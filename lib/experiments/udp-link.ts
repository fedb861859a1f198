import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import { DeviceUnavailableError, messageOf } from "../errors";
import { formatAddress, type RigAddress } from "./rig-address";
import { type RigLink, type RigLinkListener } from "./rig-link";
import { hasCode } from "../system-error";

/** What fits into 65,535 bytes of IPv4 packet after its headers, and into those of an IPv6 packet. */
const MAX_DATAGRAM_BYTES = { IPv4: 65_507, IPv6: 65_527 };

/**
 * Listens for datagrams from everyone.
 *
 * @throws DeviceUnavailableError if the address cannot be listened on.
 */
export async function openUdpServer(address: RigAddress): Promise<RigLink> {
  return open(address, (socket) => {
    socket.bind(address.port, address.host);
    return once(socket, "listening");
  });
}

/**
 * Sends to one peer and receives from it only: the system drops datagrams from anyone else.
 *
 * @throws DeviceUnavailableError if there is no way to the peer.
 */
export async function openUdpClient(peer: RigAddress): Promise<RigLink> {
  return open(
    peer,
    (socket) => {
      socket.connect(peer.port, peer.host);
      return once(socket, "connect");
    },
    peer,
  );
}

async function open(
  address: RigAddress,
  begin: (socket: Socket) => Promise<unknown>,
  peer?: RigAddress,
): Promise<RigLink> {
  const socket = createSocket(isIPv6(address.host) ? "udp6" : "udp4");
  try {
    await begin(socket);
    return new UdpLink(socket, peer);
  } catch (error) {
    socket.close();
    const what = peer === undefined ? "cannot listen on" : "cannot send to";
    throw new DeviceUnavailableError(
      `${what} udp://${formatAddress(address)}: ${messageOf(error)}`,
      {},
      { cause: error },
    );
  }
}

class UdpLink implements RigLink {
  readonly local: RigAddress;
  readonly maxMessageBytes: number;
  private open = true;
  private listener: RigLinkListener | undefined;

  constructor(
    private readonly socket: Socket,
    readonly peer: RigAddress | undefined,
  ) {
    const { address, port, family } = socket.address();
    this.local = { host: address, port };
    this.maxMessageBytes = family === "IPv6" ? MAX_DATAGRAM_BYTES.IPv6 : MAX_DATAGRAM_BYTES.IPv4;
    socket.on("error", (error) => this.trouble(error));
    socket.on("message", (message, { address: host, port }) => {
      this.listener?.received(message, { host, port });
    });
  }

  get isOpen(): boolean {
    return this.open;
  }

  attach(listener: RigLinkListener): void {
    this.listener = listener;
  }

  async send(message: Buffer, to: RigAddress): Promise<void> {
    try {
      // A refusal of an earlier message is reported in place of sending this one.
      await this.transmit(message, to).catch((error: unknown) => {
        if (!isRefusal(error)) throw error;
        return this.transmit(message, to);
      });
    } catch (error) {
      throw new DeviceUnavailableError(
        `cannot send to udp://${formatAddress(to)}: ${messageOf(error)}`,
        {},
        { cause: error },
      );
    }
  }

  sendNow(message: Buffer, to: RigAddress): void {
    this.transmit(message, to).catch((error: unknown) => this.listener?.refused(to, messageOf(error)));
  }

  dismiss(): void {
    // A datagram has no connection that could be ended.
  }

  async close(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    const closed = once(this.socket, "close");
    this.socket.close();
    await closed;
  }

  private transmit(message: Buffer, to: RigAddress): Promise<void> {
    if (!this.open) return Promise.reject(new Error("the socket is closed"));
    return new Promise((resolve, reject) => {
      const done = (error: Error | null) => (error === null ? resolve() : reject(error));
      if (this.peer === undefined) this.socket.send(message, to.port, to.host, done);
      else this.socket.send(message, done);
    });
  }

  private trouble(error: Error): void {
    if (this.peer === undefined || !isRefusal(error)) return;
    this.listener?.refused(this.peer, "nobody listens on that port");
  }
}

function isRefusal(error: unknown): boolean {
  return hasCode(error, "ECONNREFUSED");
}
