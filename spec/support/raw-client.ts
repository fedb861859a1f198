import { Dealer, Request, Subscriber } from "zeromq";
import { decodeJson } from "../../lib/wire/json";
import { confirmationTopic } from "../../lib/wire/signals";
import { closing } from "./closing";

const REPLY_DEADLINE_MS = 5_000;

/** A client that knows nothing but ZeroMQ and JSON: one request, one reply, as the original's. */
export class RawClient {
  private readonly socket: Request;

  constructor(readonly url: string) {
    this.socket = new Request({ linger: 0, receiveTimeout: REPLY_DEADLINE_MS });
    this.socket.connect(url);
  }

  async exchange(body: string | Buffer): Promise<Buffer[]> {
    await this.socket.send(body);
    return this.socket.receive();
  }

  /** The first frame of the reply, read. */
  async ask(request: object): Promise<Record<string, unknown>> {
    const [first] = await this.exchange(JSON.stringify(request));
    return decodeJson(first!.toString()) as Record<string, unknown>;
  }

  call(
    method: string,
    args: readonly unknown[] = [],
    kwargs: Readonly<Record<string, unknown>> = {},
  ): Promise<Record<string, unknown>> {
    return this.ask({ event: "METHOD_CALL", method, params: { args, kwargs } });
  }

  get(property: string): Promise<Record<string, unknown>> {
    return this.ask({ event: "PROPERTY_GET", property });
  }

  set(property: string, value: unknown): Promise<Record<string, unknown>> {
    return this.ask({ event: "PROPERTY_SET", property, value });
  }

  close(): void {
    this.socket.close();
  }
}

/** A client that may have many requests in flight. */
export class RawDealer {
  private readonly socket: Dealer;

  constructor(url: string) {
    this.socket = new Dealer({ linger: 0, receiveTimeout: REPLY_DEADLINE_MS });
    this.socket.connect(url);
  }

  async send(...frames: (string | Buffer)[]): Promise<void> {
    await this.socket.send(frames);
  }

  async request(id: string, request: object): Promise<void> {
    await this.send(id, "", JSON.stringify(request));
  }

  receive(): Promise<Buffer[]> {
    return this.socket.receive();
  }

  /** The ids of the next replies, in the order in which they come. */
  async replies(count: number): Promise<{ id: string; reply: Record<string, unknown> }[]> {
    const replies = [];
    while (replies.length < count) {
      const [id, , body] = await this.receive();
      replies.push({ id: id!.toString(), reply: decodeJson(body!.toString()) as Record<string, unknown> });
    }
    return replies;
  }

  close(): void {
    this.socket.close();
  }
}

/** A subscriber that knows nothing but ZeroMQ. */
export class RawSubscriber {
  private constructor(private readonly socket: Subscriber) {}

  /** Subscribed, and known to the server to be so. */
  static async open(client: RawClient, ...topics: string[]): Promise<RawSubscriber> {
    const { signal_port: port } = await client.ask({ event: "INIT_SIGNALS_HANDLING" });
    const socket = new Subscriber({ linger: 0, receiveTimeout: REPLY_DEADLINE_MS });
    const subscriber = closing(new RawSubscriber(socket));
    socket.connect(client.url.replace(/:\d+$/, `:${String(port)}`));
    for (const topic of topics) socket.subscribe(topic);
    const token = `raw-${Math.random()}`;
    socket.subscribe(confirmationTopic(token));
    const { success } = await client.ask({ event: "CONFIRM_SUBSCRIPTIONS", token });
    if (success !== true) throw new Error("the subscription did not arrive");
    return subscriber;
  }

  async next(): Promise<string> {
    const [frame] = await this.socket.receive();
    return frame!.toString();
  }

  /** The arguments of the next signals. */
  async args(count: number): Promise<unknown[]> {
    const args = [];
    while (args.length < count) {
      const message = decodeJson(await this.next()) as { event: string; args: unknown };
      // As an original does with a message that it does not know.
      if (message.event === "EMIT_SIGNAL") args.push(message.args);
    }
    return args;
  }

  close(): void {
    this.socket.close();
  }
}

export function rawClient(url: string): RawClient {
  return closing(new RawClient(url));
}

export function rawDealer(url: string): RawDealer {
  return closing(new RawDealer(url));
}
