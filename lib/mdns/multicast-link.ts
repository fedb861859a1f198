import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { messageOf } from "../errors";
import { isOnLink, type MulticastInterface } from "./multicast-interface";

/** The groups of mDNS (RFC 6762, 3). */
const GROUPS = { 4: "224.0.0.251", 6: "ff02::fb" } as const;

/** What is sent comes back to its sender at once; after this time it will not, in milliseconds. */
const ECHO_WITHIN_MS = 1_000;

/** So many of the latest messages are recognised when they come back. */
const REMEMBERED = 16;

/** Who sent a datagram. */
export interface Sender {
  readonly address: string;
  readonly port: number;
}

/** What a link tells. */
export interface LinkHandler {
  received(bytes: Buffer, sender: Sender, link: MulticastLink): void;
  /** Whether it works has changed. */
  changed(link: MulticastLink): void;
}

/** The mDNS group at one interface, in one family of addresses. */
export class MulticastLink {
  private problemNow: string | undefined;
  private readonly sent: Buffer[] = [];
  private echoHeard = false;
  private echoCheck: NodeJS.Timeout | undefined;
  private isClosed = false;

  private constructor(
    private readonly socket: Socket,
    readonly face: MulticastInterface,
    readonly family: 4 | 6,
    readonly port: number,
    private readonly handler: LinkHandler,
  ) {
    socket.on("message", (bytes, sender) => this.received(bytes, sender));
    socket.on("error", (error) => this.stands(this.explained(error)));
  }

  /** @throws Error by the system, with the interface and what to do. */
  static async open(
    face: MulticastInterface,
    family: 4 | 6,
    port: number,
    handler: LinkHandler,
  ): Promise<MulticastLink> {
    const socket = createSocket(
      family === 6 ? { type: "udp6", reuseAddr: true, ipv6Only: true } : { type: "udp4", reuseAddr: true },
    );
    try {
      await bound(socket, port);
      const own = family === 6 ? `::%${face.name}` : ipv4Of(face);
      socket.addMembership(GROUPS[family], own);
      socket.setMulticastInterface(own);
      socket.setMulticastTTL(255);
      socket.setMulticastLoopback(true);
    } catch (error) {
      socket.close();
      throw new Error(explained(error, face, family, port), { cause: error });
    }
    return new MulticastLink(socket, face, family, port, handler);
  }

  /** Why nothing gets through at the moment, and what to do; nothing while all is well or not yet known. */
  get problem(): string | undefined {
    return this.problemNow;
  }

  /** Sends to the group, or to one peer. Does not throw; resolves when it is out. */
  send(bytes: Buffer, to: Sender = { address: GROUPS[this.family], port: this.port }): Promise<void> {
    if (this.isClosed) return Promise.resolve();
    const isToGroup = to.address === GROUPS[this.family];
    if (isToGroup) this.expectEcho(bytes);
    return new Promise((resolve) => {
      this.socket.send(bytes, to.port, to.address, (error) => {
        if (error !== null && isToGroup) this.stands(this.explained(error));
        resolve();
      });
    });
  }

  /** Idempotent. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    clearTimeout(this.echoCheck);
    this.socket.close();
  }

  private received(bytes: Buffer, sender: RemoteInfo): void {
    // The system gives every socket the messages of all interfaces; those from other networks are forged.
    if (!isOnLink(this.face, sender.address)) return;
    if (this.sent.some((each) => each.equals(bytes))) {
      this.echoHeard = true;
      this.stands(undefined);
    }
    this.handler.received(bytes, sender, this);
  }

  private expectEcho(bytes: Buffer): void {
    this.sent.push(bytes);
    if (this.sent.length > REMEMBERED) this.sent.shift();
    if (this.echoCheck !== undefined) return;
    this.echoHeard = false;
    this.echoCheck = setTimeout(() => {
      this.echoCheck = undefined;
      if (!this.echoHeard && this.problemNow === undefined)
        this.stands(deafness(this.face, this.family, this.port));
    }, ECHO_WITHIN_MS).unref();
  }

  private stands(problem: string | undefined): void {
    if (this.isClosed || problem === this.problemNow) return;
    this.problemNow = problem;
    this.handler.changed(this);
  }

  private explained(error: unknown): string {
    return explained(error, this.face, this.family, this.port);
  }
}

function ipv4Of({ addresses }: MulticastInterface): string {
  return addresses.find(({ family }) => family === 4)?.address ?? "0.0.0.0";
}

function bound(socket: Socket, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    // In a cluster each worker has its own: shared ones would get every other message only.
    socket.bind({ port, exclusive: true }, () => {
      socket.off("error", reject);
      resolve();
    });
  });
}

function deafness({ name }: MulticastInterface, family: 4 | 6, port: number): string {
  return (
    `what is sent to ${GROUPS[family]} on ${name} does not come back: a firewall keeps it; ` +
    `let UDP port ${port} in and out there`
  );
}

function explained(error: unknown, { name }: MulticastInterface, family: 4 | 6, port: number): string {
  const place = `${GROUPS[family]} on ${name}`;
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case "EPERM":
    case "EACCES":
      return `nothing may be sent to ${place} (${code}): a firewall or container keeps it; let UDP port ${port} out and in there`;
    case "EADDRINUSE":
      return `UDP port ${port} is taken by a program that does not share it (${code}): end it, or have it share the port`;
    case "ENOBUFS":
      return `the system lets no program join ${place} (${code}): it allows too few groups; raise net.ipv4.igmp_max_memberships (sysctl)`;
    case "ENETUNREACH":
    case "ENODEV":
    case "EADDRNOTAVAIL":
      return `nothing leads to ${place} (${code}): the interface is down or does not multicast; ip link set ${name} up multicast on`;
    default:
      return `${place} cannot be used: ${messageOf(error)}`;
  }
}
