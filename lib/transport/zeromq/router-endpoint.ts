import { type Observable } from "rxjs";
import { formatAddress } from "../../address/address";
import { BurstLog } from "../../log/burst-log";
import { type Logger } from "../../log/logger";
import { hasCode } from "../../system-error";
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
import { bindSocket, removeSocketFile } from "./bind-socket";
import { type CallSocket } from "./call-socket";
import { ClientPresence } from "./client-presence";
import { watchDescriptors } from "./descriptor-watch";
import { type EndpointGuard, openGuard } from "./endpoint-guard";
import { type Envelope, identityOf, isDirect, packReply, readEnvelope } from "./envelope";
import { warnIfExposed } from "../exposure";
import { inprocBound, inprocClosed } from "./inproc-endpoints";
import { makePublisher } from "./make-publisher";
import { makeRouter } from "./make-router";
import { requireFiles } from "../../open-files";
import { PRESENCE, PRESENCE_FEATURE } from "./presence";
import { type PublisherSocket } from "./publisher-socket";
import { signalAddress } from "./signal-address";
import { DEFAULT_MAX_UNREAD_REPLY_BYTES } from "./socket-options";
import { Topics } from "./topics";

const LINGER_MS = 500;

/**
 * Files that an endpoint must find: up to 11 that it opens itself, as the first of its process and with keys, two for
 * its first client and those that are kept free. With fewer nobody could connect.
 */
const FILES_OF_AN_ENDPOINT = 20;

/** The sockets of an endpoint, bound. */
interface BoundSockets {
  readonly url: string;
  readonly signalPort: number;
  readonly router: CallSocket;
  readonly publisher: PublisherSocket;
}

/**
 * An endpoint over ZeroMQ: a ROUTER that serves REQ and DEALER clients alike, and an XPUB for the signals.
 */
export class RouterEndpoint implements RpcEndpoint {
  readonly url: string;
  readonly signalPort: number;
  readonly maxMessageBytes: number;
  readonly features: readonly string[];
  readonly subscriptions$: Observable<SubscriptionChange>;
  readonly departed$: Observable<ClientIdentity>;
  private readonly router: CallSocket;
  private readonly publisher: PublisherSocket;
  private readonly topics: Topics;
  private readonly presence: ClientPresence;
  private readonly intake: RequestIntake<Envelope>;
  private readonly endDescriptorWatch: () => void;
  private closing: Promise<void> | undefined;

  private constructor(
    { url, signalPort, router, publisher }: BoundSockets,
    private readonly guard: EndpointGuard,
    handler: RequestHandler,
    options: EndpointOptions,
    private readonly log: BurstLog,
  ) {
    this.url = url;
    this.signalPort = signalPort;
    this.router = router;
    this.publisher = publisher;
    this.topics = new Topics(publisher.boundsTopics ? Infinity : undefined);
    this.maxMessageBytes = options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES;
    this.features = [
      ...(takesBatches(this.maxMessageBytes, options.maxTextBytes) ? ["batch"] : []),
      PRESENCE_FEATURE,
    ];
    this.presence = new ClientPresence(
      () => handler.attended(),
      (client) => this.probe(client),
    );
    this.subscriptions$ = this.topics.subscriptions$;
    this.departed$ = this.presence.departed$;
    const link = {
      get isClosed() {
        return router.closed;
      },
      send: (message: ReplyMessage<Envelope>) => router.send(packReply(message)),
    };
    this.intake = new RequestIntake({
      link,
      handle: (request) => handler.handle(request),
      maxTextBytes: options.maxTextBytes,
      maxUnreadBytes: options.maxUnreadReplyBytes ?? DEFAULT_MAX_UNREAD_REPLY_BYTES,
      isFull: (error) => hasCode(error, "EAGAIN"),
      onGone: (client) => this.presence.gone(client),
      log,
    });
    this.endDescriptorWatch = watchDescriptors(log);
    router.onRoom = (client) => this.intake.hasRoom(client);
    router.onGone = (client) => {
      this.intake.departed(client);
      this.presence.gone(client);
    };
    router.receive((frames) => this.receive(frames));
    publisher.receive((topic, subscribed) => this.topics.receive(topic, subscribed));
  }

  /**
   * @throws AddressError if it cannot be bound, KeyError if its keys cannot be used.
   */
  static async open(
    url: string,
    handler: RequestHandler,
    options: EndpointOptions,
    log: Logger,
  ): Promise<RouterEndpoint> {
    requireFiles(FILES_OF_AN_ENDPOINT, `a device at ${url}`);
    const guard = await openGuard(options.security, log);
    try {
      const burstLog = new BurstLog(log);
      const sockets = await bindSockets(url, options, guard, burstLog);
      if (guard.isOpenByDefault) warnIfExposed(sockets.url, log);
      return new RouterEndpoint(sockets, guard, handler, options, burstLog);
    } catch (error) {
      guard.close();
      throw error;
    }
  }

  /** A subscriber has filtered by the beginning of the frame: the name needs not be sent. */
  publish(_signal: string, frame: Frame, data?: Uint8Array): number {
    return this.publisher.closed ? 0 : this.publisher.publish(frame, data);
  }

  /** ZeroMQ's own socket knows of none but those that greet, as clients of this library do. */
  get clientCount(): number {
    return this.router.clientCount ?? this.presence.count;
  }

  subscriptionsArrived(token: string | undefined, timeoutMs: number): Promise<boolean> {
    // Without a mark nothing can be recognised: subscriptions and requests come over two sockets.
    return token === undefined ? Promise.resolve(false) : this.topics.arrived(token, timeoutMs);
  }

  close(): Promise<void> {
    this.closing ??= this.flushAndClose();
    return this.closing;
  }

  private async flushAndClose(): Promise<void> {
    this.endDescriptorWatch();
    this.presence.close();
    await this.intake.drained(LINGER_MS);
    const urls = [this.url, signalAddress(this.url, 0)];
    // Before the sockets close: afterwards the path may be another server's.
    await Promise.all(urls.map(removeSocketFile));
    const released = Promise.all([this.router.release(LINGER_MS), this.publisher.release(LINGER_MS)]);
    for (const url of urls) if (url.startsWith("inproc:")) inprocClosed(url);
    this.topics.close();
    this.guard.close();
    await withDeadline(released, 2 * LINGER_MS, () => undefined);
  }

  private receive(frames: readonly Buffer[]): Promise<void> | undefined {
    const [identity, first] = frames;
    if (frames.length === 2 && identity !== undefined && first?.equals(PRESENCE_FRAME) === true) {
      this.presence.greeted(this.clientOf(identity));
      return undefined;
    }
    const message = readEnvelope(frames);
    if (message === undefined) {
      this.log.debug({ frames: frames.length }, "a message without an envelope was dropped");
      return undefined;
    }
    const { envelope, id, body, data } = message;
    return this.intake.receive({
      client: this.clientOf(identityOf(envelope)),
      route: envelope,
      id,
      body,
      data,
      isDirect: isDirect(envelope),
    });
  }

  /** Each connection is named anew. */
  private clientOf(identity: Buffer): ClientIdentity {
    const id = identity.toString("latin1");
    return { id, key: this.guard.keyOf(id), address: undefined, host: this.router.addressOf?.(id) };
  }

  private probe({ id }: ClientIdentity): void {
    this.intake.probe(id, [Buffer.from(id, "latin1")]);
  }
}

async function bindSockets(
  url: string,
  options: EndpointOptions,
  guard: EndpointGuard,
  log: BurstLog,
): Promise<BoundSockets> {
  const router = makeRouter(url, options, guard);
  let publisher: PublisherSocket | undefined;
  try {
    publisher = makePublisher(url, options, guard, log);
    const address = await bindSocket(router, url);
    const bound = formatAddress(address);
    const signalUrl =
      address.scheme === "tcp"
        ? formatAddress({ ...address, port: options.signalPort })
        : signalAddress(bound, 0);
    const signals = await bindSocket(publisher, signalUrl);
    const signalPort = signals.scheme === "tcp" ? (signals.port ?? 0) : 0;
    for (const each of [bound, signalUrl]) if (each.startsWith("inproc:")) inprocBound(each);
    return { url: bound, signalPort, router, publisher };
  } catch (error) {
    void router.release(0);
    void publisher?.release(0);
    throw error;
  }
}

const PRESENCE_FRAME = Buffer.from(PRESENCE);
