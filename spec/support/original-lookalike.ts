import { Publisher, Router } from "zeromq";
import { decodeJson } from "../../lib/wire/json";
import { closing } from "./closing";

/** What it offers. */
export interface LookalikeOptions {
  readonly signals?: readonly string[];
  /** Method → what it answers, as JSON. */
  readonly methods?: Readonly<Record<string, unknown>>;
  /** What it answers instead, where it gives something. */
  readonly answer?: (request: Readonly<Record<string, unknown>>) => object | undefined;
  /** Where it listens. Default: at a free port. */
  readonly url?: string;
  /** Where it publishes. Default: at a free port. */
  readonly signalUrl?: string;
}

/**
 * Answers as a Python original does: nothing that rigwire adds, spaces in its JSON, and every signal once more for each
 * time that it was asked where its signals are (plantimager RPC).
 */
export class OriginalLookalike {
  private readonly router = new Router({ linger: 0 });
  private publisher: Publisher | undefined;
  /** How often it was asked where its signals are. */
  handshakes = 0;

  private constructor(private readonly options: LookalikeOptions) {}

  static async open(options: LookalikeOptions = {}): Promise<OriginalLookalike> {
    const device = closing(new OriginalLookalike(options));
    await device.router.bind(options.url ?? "tcp://127.0.0.1:*");
    void device.serve();
    return device;
  }

  get url(): string {
    return this.router.lastEndpoint ?? "";
  }

  async emit(signal: string, ...args: unknown[]): Promise<void> {
    await this.emitText(signal, JSON.stringify(args));
  }

  /** @param args - The list of them, as Python writes it. */
  async emitText(signal: string, args: string): Promise<void> {
    const body = `{"event": "EMIT_SIGNAL", "signal": ${JSON.stringify(signal)}, "args": ${args}, "blocking": false}`;
    for (let time = 0; time < this.handshakes; time++) await this.publisher?.send(body);
  }

  close(): void {
    this.router.close();
    this.publisher?.close();
  }

  private async serve(): Promise<void> {
    for await (const [identity, ...frames] of this.router) {
      const reply = await this.answer(decodeJson(String(frames.at(-1))) as Record<string, unknown>);
      // The test may have ended meanwhile.
      if (this.router.closed) return;
      await this.router.send([identity ?? "", ...frames.slice(0, -1), JSON.stringify(reply)]);
    }
  }

  private async answer(request: Readonly<Record<string, unknown>>): Promise<object> {
    const { event, method } = request;
    const { signals = [], methods = {} } = this.options;
    const other = this.options.answer?.(request);
    if (other !== undefined) return other;
    if (event === "GET_INVENTORY") {
      const json_methods = Object.fromEntries(Object.keys(methods).map((name) => [name, 10_000]));
      return { json_methods, buffer_methods: {}, signals, properties: [], name: "" };
    }
    if (event === "INIT_SIGNALS_HANDLING") return { success: true, signal_port: await this.openSignals() };
    return { success: true, result: methods[String(method)] };
  }

  private async openSignals(): Promise<number> {
    this.publisher ??= await publisherAt(this.options.signalUrl ?? "tcp://127.0.0.1:*");
    this.handshakes += 1;
    return Number(new URL(this.publisher.lastEndpoint ?? "").port);
  }
}

async function publisherAt(url: string): Promise<Publisher> {
  const publisher = closing(new Publisher({ linger: 0 }));
  await publisher.bind(url);
  return publisher;
}
