import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { type RigAddress } from "../../lib/experiments/rig-address";
import { closing } from "./rigs-on-loopback";

/** What becomes of one datagram: each number is one copy, and how many further datagrams pass before it. */
export type Fate = readonly number[];

/** Stands between one main rig and one other, and drops, doubles, delays and reorders what they send. */
export class LossyNetwork {
  private main: RigAddress | undefined;
  private held: { after: number; deliver: () => void }[] = [];
  /** What passed and what was lost, for assertions. */
  readonly seen: { readonly from: "main" | "rig"; readonly text: string; readonly fate: Fate }[] = [];

  private constructor(
    private readonly outside: Socket,
    private readonly inside: Socket,
    private readonly fate: (from: "main" | "rig", nth: number) => Fate,
  ) {}

  static async open(
    rig: RigAddress,
    fate: (from: "main" | "rig", nth: number) => Fate,
  ): Promise<LossyNetwork> {
    const [outside, inside] = [createSocket("udp4"), createSocket("udp4")];
    outside.bind(0, "127.0.0.1");
    inside.bind(0, "127.0.0.1");
    await Promise.all([once(outside, "listening"), once(inside, "listening")]);
    const network = closing(new LossyNetwork(outside, inside, fate));
    outside.on("message", (message, { address: host, port }) => {
      network.main = { host, port };
      network.pass("main", message, () => inside.send(message, rig.port, rig.host));
    });
    inside.on("message", (message) => {
      const { main } = network;
      if (main !== undefined) network.pass("rig", message, () => outside.send(message, main.port, main.host));
    });
    return network;
  }

  /** Where the main rig finds the other. */
  get uri(): string {
    return `udp://127.0.0.1:${this.outside.address().port}`;
  }

  /** Lets everything out that is held back. */
  flush(): void {
    for (const { deliver } of this.held.splice(0)) deliver();
  }

  async close(): Promise<void> {
    await Promise.all(
      [this.outside, this.inside].map(
        (socket) => new Promise<void>((closed) => socket.close(() => closed())),
      ),
    );
  }

  private pass(from: "main" | "rig", message: Buffer, deliver: () => void): void {
    const fate = this.fate(from, this.seen.filter((each) => each.from === from).length);
    this.seen.push({ from, text: message.toString(), fate });
    const due = this.held.filter((each) => --each.after <= 0);
    this.held = this.held.filter((each) => each.after > 0);
    for (const after of fate) {
      if (after === 0) deliver();
      else this.held.push({ after, deliver });
    }
    for (const each of due) each.deliver();
  }
}
