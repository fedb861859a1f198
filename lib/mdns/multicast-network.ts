import { messageOf } from "../errors";
import { defaultLogger, type Logger } from "../log/logger";
import { DnsCodec, type DnsMessage } from "./dns-message";
import { type MdnsOptions } from "./mdns-options";
import { type MulticastInterface, multicastInterfaces, requireInterfaces } from "./multicast-interface";
import { MulticastLink, type Sender } from "./multicast-link";

/** The port of mDNS (RFC 6762, 3). */
export const MDNS_PORT = 5353;

/** Interfaces that come and go are noticed after this time, in milliseconds. */
const LOOK_EVERY_MS = 5_000;

/** Who listens to the group. */
export interface NetworkListener {
  received(message: DnsMessage, link: MulticastLink, sender: Sender): void;
  /** An interface is new. */
  joined(link: MulticastLink): void;
}

/** The mDNS group at all interfaces that are used, as they come and go. */
export class MulticastNetwork {
  private readonly open = new Map<string, MulticastLink>();
  /** Why some cannot be used, by their keys. */
  private readonly failures = new Map<string, string>();
  private readonly listeners = new Set<NetworkListener>();
  private readonly log: Logger;
  private readonly port: number;
  private clock: NodeJS.Timeout | undefined;
  private toldProblem: string | undefined;
  private isClosed = false;

  private constructor(
    private readonly codec: DnsCodec,
    private readonly options: MdnsOptions,
  ) {
    this.log = options.logger ?? defaultLogger();
    this.port = options.port ?? MDNS_PORT;
  }

  /**
   * Joins the group. Where that cannot be done `problem` and the log say why, and it is tried again.
   *
   * @throws {@link MdnsUnavailableError} - `dns-packet` is not installed, or an interface that is named is not there.
   */
  static async open(options: MdnsOptions = {}): Promise<MulticastNetwork> {
    const codec = DnsCodec.load();
    requireInterfaces(options.interfaces);
    const network = new MulticastNetwork(codec, options);
    await network.look();
    network.clock = setInterval(() => void network.look(), LOOK_EVERY_MS).unref();
    return network;
  }

  get links(): readonly MulticastLink[] {
    return [...this.open.values()];
  }

  /** Why nobody can be heard; nothing while one interface works. */
  get problem(): string | undefined {
    if (this.links.some(({ problem }) => problem === undefined)) return undefined;
    const problems = new Set([
      ...this.links.flatMap(({ problem }) => problem ?? []),
      ...this.failures.values(),
    ]);
    return problems.size === 0
      ? "mDNS: this computer has no network interface"
      : `mDNS: ${[...problems].join("; ")}`;
  }

  /** @returns Which of two claims to one name comes later. */
  readonly compare: DnsCodec["compare"] = (one, other) => this.codec.compare(one, other);

  /** @returns Ends it. */
  listen(listener: NetworkListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Sends on one interface, to the group or to one peer; resolves when it is out. Does not throw. */
  send(
    link: MulticastLink,
    message: Partial<DnsMessage> & Pick<DnsMessage, "kind">,
    to?: Sender,
  ): Promise<void> {
    const complete = { id: 0, questions: [], answers: [], authorities: [], additionals: [], ...message };
    return link.send(this.codec.encode(complete), to);
  }

  /** Idempotent. */
  close(): void {
    this.isClosed = true;
    clearInterval(this.clock);
    this.listeners.clear();
    for (const link of this.links) link.close();
    this.open.clear();
  }

  private async look(): Promise<void> {
    const wanted = new Map<string, { readonly face: MulticastInterface; readonly family: 4 | 6 }>();
    for (const face of multicastInterfaces(this.options.interfaces)) {
      for (const family of familiesOf(face)) wanted.set(keyOf(face, family), { face, family });
    }
    for (const [key, link] of this.open) {
      if (wanted.has(key)) continue;
      this.open.delete(key);
      link.close();
    }
    for (const key of this.failures.keys()) if (!wanted.has(key)) this.failures.delete(key);
    const missing = [...wanted].filter(([key]) => !this.open.has(key));
    await Promise.all(missing.map(([key, { face, family }]) => this.join(key, face, family)));
    this.tellProblem();
  }

  private async join(key: string, face: MulticastInterface, family: 4 | 6): Promise<void> {
    try {
      const link = await MulticastLink.open(face, family, this.port, {
        received: (bytes, sender, from) => this.received(bytes, sender, from),
        changed: () => this.tellProblem(),
      });
      if (this.isClosed) {
        link.close();
        return;
      }
      this.open.set(key, link);
      this.failures.delete(key);
      for (const listener of this.listeners) listener.joined(link);
    } catch (error) {
      this.failures.set(key, messageOf(error));
    }
  }

  private received(bytes: Buffer, sender: Sender, link: MulticastLink): void {
    const message = this.codec.decode(bytes);
    // Answers come from the port of mDNS; others are no part of it (RFC 6762, 6).
    if (message === undefined || (message.kind === "response" && sender.port !== this.port)) return;
    for (const listener of this.listeners) listener.received(message, link, sender);
  }

  /** Told when it comes and when it goes. */
  private tellProblem(): void {
    const { problem } = this;
    if (this.isClosed || problem === this.toldProblem) return;
    if (problem !== undefined) this.log.warn({}, `nothing is found or announced by ${problem}`);
    else this.log.info({}, "mDNS works again");
    this.toldProblem = problem;
  }
}

function familiesOf({ isLoopback, addresses }: MulticastInterface): readonly (4 | 6)[] {
  const has = (family: 4 | 6) => addresses.some((each) => each.family === family);
  if (has(4)) return has(6) && !isLoopback ? [4, 6] : [4];
  return [6];
}

/** An interface whose addresses change is another. */
function keyOf({ name, addresses }: MulticastInterface, family: 4 | 6): string {
  return JSON.stringify([name, family, addresses]);
}
