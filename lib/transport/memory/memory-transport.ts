import { Subject } from "rxjs";
import { AddressError } from "../../errors";
import { platform } from "../../platform/current";
import { type Bytes } from "../../platform/platform";
import { type Frame } from "../../wire/frame";
import { type ClientTransport, type Connection, type ConnectionReceiver } from "../connection";
import {
  type ClientIdentity,
  type EndpointOptions,
  type IncomingRequest,
  type RequestHandler,
  type RpcEndpoint,
  type ServerTransport,
  type SubscriptionChange,
} from "../endpoint";
import { DEFAULT_MAX_MESSAGE_BYTES } from "../message-limit";

/** What is served in this process, by URL. */
const endpoints = new Map<string, MemoryEndpoint>();
let connections = 0;

/**
 * A transport within one process, without sockets: what is sent arrives, in order, in a later turn of the event loop.
 * It has the pipeline and the messages of every other, and ends with the process.
 */
export const memoryClient: ClientTransport = {
  connect(url, _protocol, receiver, options) {
    const endpoint = endpoints.get(url);
    if (endpoint === undefined) return Promise.reject(new Error("nothing in this process serves it"));
    return Promise.resolve(new MemoryConnection(endpoint, receiver, options.maxMessageBytes));
  },
};

/** The server's side of it. */
export const memoryServer: ServerTransport = {
  listen(url, handler, options) {
    if (endpoints.has(url)) {
      return Promise.reject(new AddressError(`cannot serve at ${url}: another server has the address`));
    }
    const endpoint = new MemoryEndpoint(url, handler, options);
    endpoints.set(url, endpoint);
    return Promise.resolve(endpoint);
  },
};

class MemoryConnection implements Connection {
  readonly identity: ClientIdentity = { id: `memory-${++connections}`, key: undefined, address: undefined };
  readonly signals = {
    open: () => Promise.resolve(),
    subscribe: (signal: string) => this.subscribed(signal, true),
    unsubscribe: (signal: string) => this.subscribed(signal, false),
    mark: () => undefined,
  };
  readonly wanted = new Set<string>();
  isClosed = false;

  constructor(
    private readonly endpoint: MemoryEndpoint,
    private readonly receiver: ConnectionReceiver,
    private readonly maxMessageBytes: number,
  ) {
    endpoint.connections.add(this);
  }

  get url(): string {
    return this.endpoint.url;
  }

  send(id: number | undefined, [body = "", data]: readonly Frame[]): undefined {
    const bytes = copied(body);
    const further = data === undefined ? undefined : copied(data);
    const limit = this.endpoint.maxMessageBytes;
    if (bytes.length > limit || (further?.length ?? 0) > limit) this.lose("the peer went away");
    else later(() => this.endpoint.receive(this, id, bytes, further));
  }

  introduce(): void {
    // A server of this process needs no introduction: both sides are of one version.
  }

  end(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    later(() => this.endpoint.left(this));
  }

  /** A reply, from the endpoint. */
  deliver(id: number, frames: readonly Frame[]): void {
    const received = frames.map(copied);
    later(() => this.arrive(id, received));
  }

  /** What comes before a reply: what there is by then. */
  deliverLast(id: number, newest: () => Frame): void {
    later(() => this.arrive(id, [copied(newest())]));
  }

  private arrive(id: number, received: readonly Bytes[]): void {
    if (this.isClosed) return;
    const isTooLarge = received.some(({ length }) => length > this.maxMessageBytes);
    if (isTooLarge) this.lose("a reply is larger than maxMessageBytes");
    else this.receiver.onMessage(id, received);
  }

  /** A signal, from the endpoint. */
  emit(signal: string, frame: Frame, data: Uint8Array | undefined): void {
    if (!this.wanted.has(signal)) return;
    const bytes = copied(frame);
    const further = data === undefined ? undefined : copied(data);
    later(() => {
      if (!this.isClosed) this.receiver.onSignal(signal, bytes, further);
    });
  }

  lose(reason: string): void {
    if (this.isClosed) return;
    this.end();
    this.receiver.onLost(reason);
  }

  private subscribed(signal: string, isWanted: boolean): void {
    later(() => {
      if (isWanted) this.wanted.add(signal);
      else this.wanted.delete(signal);
      this.endpoint.updateSubscriptions(signal);
    });
  }
}

class MemoryEndpoint implements RpcEndpoint {
  readonly signalPort = 0;
  readonly features = [];
  readonly maxMessageBytes: number;
  readonly connections = new Set<MemoryConnection>();
  private readonly changes = new Subject<SubscriptionChange>();
  readonly subscriptions$ = this.changes.asObservable();
  private readonly departures = new Subject<ClientIdentity>();
  readonly departed$ = this.departures.asObservable();
  private readonly wanted = new Set<string>();

  constructor(
    readonly url: string,
    private readonly handler: RequestHandler,
    { maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES }: EndpointOptions,
  ) {
    this.maxMessageBytes = maxMessageBytes;
  }

  receive(connection: MemoryConnection, id: number | undefined, body: Bytes, data: Bytes | undefined): void {
    if (endpoints.get(this.url) !== this) return;
    this.handler.handle(new MemoryRequest(connection, id, body, data));
  }

  get clientCount(): number {
    return this.connections.size;
  }

  publish(signal: string, frame: Frame, data?: Uint8Array): number {
    for (const connection of this.connections) connection.emit(signal, frame, data);
    return 0;
  }

  subscriptionsArrived(): Promise<boolean> {
    // They came over the same way as the question.
    return Promise.resolve(true);
  }

  updateSubscriptions(signal: string): void {
    const subscribed = [...this.connections].some(({ wanted }) => wanted.has(signal));
    // Each who comes is told; of those who leave only the last.
    if (!subscribed && !this.wanted.has(signal)) return;
    if (subscribed) this.wanted.add(signal);
    else this.wanted.delete(signal);
    this.changes.next({ signal, subscribed });
  }

  left(connection: MemoryConnection): void {
    if (!this.connections.delete(connection)) return;
    for (const signal of connection.wanted) this.updateSubscriptions(signal);
    this.departures.next(connection.identity);
  }

  async close(): Promise<void> {
    if (endpoints.get(this.url) !== this) return;
    endpoints.delete(this.url);
    // Replies that were given are on their way before the connections end.
    await new Promise<void>((resolve) => later(resolve));
    for (const connection of [...this.connections]) connection.lose("the server closed");
    this.changes.complete();
    this.departures.complete();
  }
}

class MemoryRequest implements IncomingRequest {
  readonly id: string;
  /** What waits for its turn, if anything does. */
  private waiting: Frame | undefined;

  constructor(
    private readonly connection: MemoryConnection,
    private readonly number: number | undefined,
    readonly body: Bytes,
    readonly data: Bytes | undefined,
  ) {
    this.id = number === undefined ? "" : String(number);
  }

  get client(): ClientIdentity {
    return this.connection.identity;
  }

  get bytes(): number {
    return this.body.length + (this.data?.length ?? 0);
  }

  reply(frames: readonly Frame[]): void {
    if (this.number !== undefined) this.connection.deliver(this.number, frames);
  }

  progress(frame: Frame): void {
    const isNext = this.waiting === undefined;
    this.waiting = frame;
    if (isNext && this.number !== undefined) this.connection.deliverLast(this.number, () => this.taken());
  }

  private taken(): Frame {
    const frame = this.waiting ?? "";
    this.waiting = undefined;
    return frame;
  }
}

function later(callback: () => void): void {
  platform().nextTurn(callback);
}

const encoder = new TextEncoder();

/** What arrives is never the sender's own memory. */
function copied(frame: Frame): Bytes {
  return platform().bytesOf(typeof frame === "string" ? encoder.encode(frame) : new Uint8Array(frame));
}
