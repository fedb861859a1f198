import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { Communicator } from "../../lib/experiments/communicator";
import { type CommunicatorOptions } from "../../lib/experiments/communicator-options";
import { type RigAddress } from "../../lib/experiments/rig-address";

/** Says nothing: the tests look at what happens, not at what is written about it. */
const nothing = () => undefined;
export const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** What a test opened, to be closed after it. */
const opened: { close(): unknown }[] = [];

/** Closes after the test whatever has `close()`. */
export function closing<T extends { close(): unknown }>(resource: T): T {
  opened.push(resource);
  return resource;
}

export async function closeAll(): Promise<void> {
  await Promise.all(opened.splice(0).map((resource) => resource.close()));
}

export async function openRig(scheme: string, options: CommunicatorOptions = {}): Promise<Communicator> {
  return closing(
    await Communicator.server(`${scheme}://127.0.0.1:0`, { name: "rig", logger: silent, ...options }),
  );
}

export async function openMain(uri: string, options: CommunicatorOptions = {}): Promise<Communicator> {
  return closing(await Communicator.client(uri, { name: "main", logger: silent, ...options }));
}

/** A listening rig, and a main one that speaks to it. */
export async function openPair(scheme: string, options: CommunicatorOptions = {}) {
  const rig = await openRig(scheme, options);
  const main = await openMain(rig.uri, options);
  return { rig, main };
}

/** A UDP socket of the test's own, for what a communicator would never send. */
export class BareSocket {
  readonly received: string[] = [];
  private wake: () => void = () => undefined;

  private constructor(private readonly socket: Socket) {
    socket.on("message", (message, { address: host, port }) => {
      this.received.push(message.toString());
      this.onMessage(message, { host, port });
      this.wake();
    });
  }

  onMessage: (message: Buffer, from: RigAddress) => void = () => undefined;

  static async open(): Promise<BareSocket> {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    return closing(new BareSocket(socket));
  }

  get port(): number {
    return this.socket.address().port;
  }

  get uri(): string {
    return `udp://127.0.0.1:${this.port}`;
  }

  send(message: string | Buffer, { host, port }: RigAddress): void {
    this.socket.send(message, port, host);
  }

  async until(count: number): Promise<readonly string[]> {
    while (this.received.length < count) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.received;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.socket.close(() => resolve()));
  }
}
