import { Subject } from "rxjs";
import { BurstLog } from "../../log/burst-log";
import { type Logger } from "../../log/logger";
import { deferred, type Deferred } from "../../time/deferred";
import { withDeadline } from "../../time/with-deadline";
import { takesBatches } from "../../wire/batch";
import { type Frame } from "../../wire/frame";
import {
  type ClientIdentity,
  type EndpointOptions,
  type RequestHandler,
  type RpcEndpoint,
  type SubscriptionChange,
} from "../endpoint";
import { DEFAULT_MAX_MESSAGE_BYTES } from "../message-limit";
import { type ReplyMessage } from "../client-replies";
import { RequestIntake } from "../request-intake";
import { type Doorkeeper } from "./admission";
import { type OpenCarrier, type ServerCarrier } from "./carrier";
import { ClientLink, type ClientLinkListener, type ClientLinkOptions, NoRoomError } from "./client-link";
import { KIND } from "./frame-layout";
import { encodeFrame } from "./frame-writer";
import { UnfinishedMessages } from "./unfinished-messages";

/** Signals that a slow subscriber may lag behind before it misses some (and is told so by their numbers). */
const DEFAULT_SIGNAL_HIGH_WATER_MARK = 10_000;

/** Large replies that are handed over for a client before it takes one. */
const DEFAULT_REPLY_HIGH_WATER_MARK = 64;

/** What a client may leave unread besides, where the user sets no limit. */
const DEFAULT_MAX_UNREAD_REPLY_BYTES = 64 * 1024 * 1024;

/** How long a client may take to read its last replies when the endpoint closes, in milliseconds. */
const LINGER_MS = 500;

/** Somebody who connects. */
export interface Arrival {
  readonly open: OpenCarrier<ServerCarrier>;
  /** Where it connects from, where the carrier tells. */
  readonly address: string | undefined;
  /** Decides whether it comes in. Left out: the server's does. */
  readonly doorkeeper?: Doorkeeper;
  /** Called once, when it has shaken hands. */
  onWelcome?(): void;
  /** Called once, when it is gone. */
  onGone?(): void;
}

/** What listens for connections. */
export interface Listener {
  /** With the port that was taken. */
  readonly url: string;
  /** Takes no more connections, and lets go of the address. */
  close(): Promise<void>;
}

/** What makes one kind of stream differ from another. */
export interface StreamServer {
  listen(onArrival: (arrival: Arrival) => void): Promise<Listener>;
  readonly doorkeeper: Doorkeeper;
  /** Nothing where the system tells of a client's end. */
  readonly heartbeatMs: number | undefined;
}

/** How a reply finds its client. */
interface Route {
  readonly link: ClientLink;
  /** The client's number of the request; 0 where it gave none. */
  readonly id: number;
}

/** An endpoint whose clients have one ordered connection each, over any carrier. */
export class StreamEndpoint implements RpcEndpoint {
  readonly signalPort = 0;
  readonly maxMessageBytes: number;
  readonly features: readonly string[];
  private readonly changes = new Subject<SubscriptionChange>();
  readonly subscriptions$ = this.changes.asObservable();
  private readonly departures = new Subject<ClientIdentity>();
  readonly departed$ = this.departures.asObservable();
  private readonly links = new Set<ClientLink>();
  /** Those who were let in, by id. */
  private readonly clients = new Map<string, ClientLink>();
  private readonly subscribers = new Map<string, Set<ClientLink>>();
  private readonly linkOptions: ClientLinkOptions;
  private readonly linkListener: Omit<ClientLinkListener, "onWelcome" | "onGone">;
  private readonly intake: RequestIntake<Route>;
  private readonly log: BurstLog;
  private listener: Listener | undefined;
  private closing: Promise<void> | undefined;
  private isClosed = false;
  private allGone: Deferred<void> | undefined;

  private constructor(
    private readonly server: StreamServer,
    handler: RequestHandler,
    options: EndpointOptions,
    log: Logger,
  ) {
    this.log = new BurstLog(log);
    this.maxMessageBytes = options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES;
    this.features = takesBatches(this.maxMessageBytes, options.maxTextBytes) ? ["batch"] : [];
    this.linkOptions = {
      maxMessageBytes: this.maxMessageBytes,
      signalHighWaterMark: options.signalHighWaterMark ?? DEFAULT_SIGNAL_HIGH_WATER_MARK,
      replyHighWaterMark: options.replyHighWaterMark ?? DEFAULT_REPLY_HIGH_WATER_MARK,
      heartbeatMs: server.heartbeatMs,
    };
    const unfinished = new UnfinishedMessages<ClientLink>(this.maxMessageBytes);
    this.linkListener = {
      onMessage: (link, { id, body, data, isReadOnly }) =>
        this.intake.receive({
          client: link.identity,
          route: { link, id },
          id: id === 0 ? "" : String(id),
          body,
          data,
          isDirect: true,
          isReadOnly,
        }),
      onSubscription: (link, signal, subscribed) => this.subscription(link, signal, subscribed),
      onRoom: (link) => this.intake.hasRoom(link.identity.id),
      onUnfinished: (link, bytes) => unfinished.changed(link, bytes),
    };
    const link = {
      isClosed: false,
      send: ({ target, frames }: ReplyMessage<Route>): undefined => {
        const { route } = target;
        route.link.send(
          target.kind === "element" ? target.id : target.kind === "reply" ? route.id : 0,
          frames,
        );
      },
    };
    this.intake = new RequestIntake({
      link,
      handle: (request) => handler.handle(request),
      maxTextBytes: options.maxTextBytes,
      maxUnreadBytes: options.maxUnreadReplyBytes ?? DEFAULT_MAX_UNREAD_REPLY_BYTES,
      isFull: (error) => error instanceof NoRoomError,
      onGone: () => undefined,
      log: this.log,
    });
  }

  /** @throws AddressError if it cannot listen there. */
  static async open(
    server: StreamServer,
    handler: RequestHandler,
    options: EndpointOptions,
    log: Logger,
  ): Promise<StreamEndpoint> {
    const endpoint = new StreamEndpoint(server, handler, options, log);
    endpoint.listener = await server.listen((arrival) => endpoint.arrived(arrival));
    return endpoint;
  }

  get url(): string {
    return this.listener?.url ?? "";
  }

  /** Whether a client with this id was let in, and is there. */
  hasClient(id: string): boolean {
    return this.clients.has(id);
  }

  publish(signal: string, frame: Frame, data?: Uint8Array): number {
    const subscribers = this.subscribers.get(signal);
    if (subscribers === undefined) return 0;
    const parts = data === undefined ? [signal, frame] : [signal, frame, data];
    const encoded = subscribers.size === 1 ? parts : encodeFrame(KIND.signal, 0, parts);
    let missing = 0;
    for (const link of subscribers) if (!link.signal(encoded)) missing += 1;
    return missing;
  }

  subscriptionsArrived(token: string | undefined): Promise<boolean> {
    // Without a mark: they came over the same way as the question.
    return Promise.resolve(token === undefined || token === "");
  }

  /** How many clients are there. */
  get clientCount(): number {
    return this.clients.size;
  }

  /** Ends the connections of all clients, and tells them why. */
  dismissAll(reason: string): void {
    for (const link of [...this.links]) link.dismiss(reason);
  }

  close(): Promise<void> {
    this.closing ??= this.flushAndClose();
    return this.closing;
  }

  private async flushAndClose(): Promise<void> {
    this.isClosed = true;
    const released = this.listener?.close();
    await this.intake.drained(LINGER_MS);
    this.allGone = deferred();
    for (const link of [...this.links]) link.end();
    if (this.links.size > 0) await withDeadline(this.allGone.promise, LINGER_MS, () => undefined);
    for (const link of [...this.links]) link.destroy("the server closed");
    await released;
    this.changes.complete();
    this.departures.complete();
  }

  private arrived(arrival: Arrival): void {
    const listener: ClientLinkListener = {
      ...this.linkListener,
      onWelcome: (welcome) => {
        arrival.onWelcome?.();
        this.clients.set(welcome.identity.id, welcome);
      },
      onGone: (gone, reason) => {
        arrival.onGone?.();
        this.gone(gone, reason);
      },
    };
    const { doorkeeper = this.server.doorkeeper } = arrival;
    const link = new ClientLink(arrival.open, arrival.address, doorkeeper, listener, this.linkOptions);
    if (this.isClosed) link.destroy("the server closed");
    else if (!link.isClosed) this.links.add(link);
  }

  private subscription(link: ClientLink, signal: string, subscribed: boolean): void {
    const known = this.subscribers.get(signal);
    if (subscribed) {
      if (known === undefined) this.subscribers.set(signal, new Set([link]));
      else known.add(link);
    } else {
      if (known?.delete(link) !== true || known.size > 0) return;
      this.subscribers.delete(signal);
    }
    this.changes.next({ signal, subscribed });
  }

  private gone(link: ClientLink, reason: string): void {
    this.links.delete(link);
    for (const signal of link.subscriptions) this.subscription(link, signal, false);
    const { id } = link.identity;
    if (this.clients.get(id) === link) {
      this.clients.delete(id);
      this.intake.departed(id);
      if (link.hasAsked) this.departures.next(link.identity);
    } else {
      this.log.debug({ reason, address: link.identity.address }, "a connection ended before its handshake");
    }
    if (this.links.size === 0) this.allGone?.resolve();
  }
}
