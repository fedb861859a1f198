import { createSocket, type Socket } from "node:dgram";
import * as dns from "dns-packet";

const GROUP = "224.0.0.251";

/** A program of loopback's mDNS group that says whatever it is told to. */
export class Stranger {
  private constructor(
    private readonly socket: Socket,
    private readonly port: number,
  ) {}

  /**
   * @param port - That of the group.
   * @param options.from - Its own port. Default: that of the group, as it has to be.
   */
  static async join(port: number, { from = port } = {}): Promise<Stranger> {
    const socket = createSocket({ type: "udp4", reuseAddr: true });
    await new Promise<void>((resolve) => socket.bind({ port: from, exclusive: true }, resolve));
    socket.setMulticastInterface("127.0.0.1");
    return new Stranger(socket, port);
  }

  /** Sends bytes to the group. */
  send(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => this.socket.send(bytes, this.port, GROUP, () => resolve()));
  }

  /** Says records as an answer. */
  answer(...answers: readonly dns.Answer[]): Promise<void> {
    return this.send(dns.encode({ type: "response", answers: [...answers] }));
  }

  close(): void {
    this.socket.close();
  }
}

/** What is said of a service. */
export interface SaidService {
  readonly label: string;
  readonly type?: string;
  readonly target?: string;
  readonly port?: number;
  readonly text?: readonly string[];
  readonly ttl?: number;
}

/** All records of a service at 127.0.0.1, as who has it would say them. */
export function recordsOf(service: SaidService): readonly dns.Answer[] {
  const { label, type = "_rigwire._tcp.local", target = "stranger.local", port = 4_711, ttl = 120 } = service;
  const { text = ["role=device", "type=camera", `name=${label}`] } = service;
  const name = `${label}.${type}`;
  return [
    { name: type, type: "PTR", ttl, data: name },
    { name, type: "SRV", ttl, data: { target, port, priority: 0, weight: 0 } },
    { name, type: "TXT", ttl, data: [...text] },
    { name: target, type: "A", ttl, data: "127.0.0.1" },
  ];
}
