import type * as Nats from "@nats-io/transport-node";
import { BehaviorSubject, type Observable, Subject } from "rxjs";
import { AuthenticationError, messageOf } from "../errors";
import { BurstLog } from "../log/burst-log";
import { defaultLogger } from "../log/logger";
import { withDeadline } from "../time/with-deadline";
import { brokerLogin } from "./broker-login";
import { loadNats } from "./load-nats";
import { type NatsSettings } from "./nats-settings";

/** A server that does not shake hands is given up after this time, and the next one is tried, in milliseconds. */
const DIAL_MS = 5_000;

/** Between two attempts at one server, in milliseconds; a part of it is left to chance, so that not all come at once. */
const RECONNECT_MS = 500;
const RECONNECT_JITTER_MS = 250;

/** A server that is asked so often, so long apart, and does not answer is lost (NATS protocol: PING). */
const PING_MS = 2_000;
const MAX_SILENT_PINGS = 2;

/** How long what was published may take to leave when the connection is closed, in milliseconds. */
const LINGER_MS = 500;

const NO_RESPONDERS = 503;

/** Whether there is a broker. */
export type BrokerState =
  | { readonly kind: "connected"; readonly server: string }
  /** It is looked for; nothing can be published meanwhile. */
  | { readonly kind: "away"; readonly problem: string }
  | { readonly kind: "closed" };

/** A message of a subject. */
export interface BrokerMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  /** Where an answer is awaited; empty where none is. */
  readonly reply: string;
  /** The broker says by it that nobody subscribes to what was published with this subject for its answer. */
  readonly isNoResponders: boolean;
}

/** The broker does not let this program publish or subscribe there. */
export interface BrokerRefusal {
  readonly operation: "publish" | "subscribe";
  readonly subject: string;
}

/** A refusal as the reason of an error. */
export function refusalText({ operation, subject }: BrokerRefusal): string {
  return `the NATS server's permissions do not let this program ${operation} to ${subject}`;
}

/**
 * One program's connection to a NATS cluster. It comes back by itself, with what is subscribed, at the same server or
 * another. What is published while it is away goes nowhere: it is never sent late.
 */
export class BrokerConnection {
  private readonly state: BehaviorSubject<BrokerState>;
  readonly state$: Observable<BrokerState>;
  private readonly refusals = new Subject<BrokerRefusal>();
  /** What the broker's permissions forbid, as it is tried. */
  readonly refused$ = this.refusals.asObservable();
  private closing: Promise<void> | undefined;
  private told: readonly string[] = [];
  /** The process's own: the connection is shared by all who use it. */
  private readonly log = new BurstLog(defaultLogger());

  private constructor(
    private readonly nats: Nats.NatsConnection,
    private readonly servers: readonly string[],
  ) {
    this.state = new BehaviorSubject<BrokerState>({ kind: "connected", server: nats.getServer() });
    this.state$ = this.state.asObservable();
  }

  /**
   * Connects to one of the servers.
   *
   * @throws AuthenticationError if it lets this program not in, KeyError if its files cannot be used, AddressError if
   *   the NATS client is not installed; else Error with the reason in a few words.
   */
  static async open(settings: NatsSettings): Promise<BrokerConnection> {
    const client = loadNats();
    let connection: BrokerConnection | undefined;
    try {
      const nats = await client.connect({
        ...brokerLogin(client, settings),
        servers: [...settings.servers],
        name: "rigwire",
        timeout: DIAL_MS,
        pingInterval: PING_MS,
        maxPingOut: MAX_SILENT_PINGS,
        maxReconnectAttempts: -1,
        // Credentials may be renewed.
        ignoreAuthErrorAbort: true,
        reconnectDelayHandler: () => {
          // Called first of all when the connection is lost, before it is made anew: from here on nothing is taken.
          connection?.lost();
          return RECONNECT_MS + Math.random() * RECONNECT_JITTER_MS;
        },
      });
      connection = new BrokerConnection(nats, settings.servers);
      void connection.follow();
      return connection;
    } catch (error) {
      throw openingError(client, error, settings);
    }
  }

  get isConnected(): boolean {
    return this.state.value.kind === "connected";
  }

  /** What keeps it from being connected, in a few words; nothing where it is. */
  get problem(): string | undefined {
    const { value } = this.state;
    if (value.kind === "connected") return undefined;
    return value.kind === "away" ? value.problem : "the connection to the NATS server is closed";
  }

  /** The servers of the cluster that the one of this connection told of, each `HOST:PORT`. */
  get clusterServers(): readonly string[] {
    return this.nats.info?.connect_urls ?? this.told;
  }

  /** The largest message that the broker takes, in bytes. */
  get maxPayload(): number {
    return this.nats.info?.max_payload ?? 0;
  }

  /**
   * Publishes bytes, which are sent without a copy where they are many: leave them alone afterwards.
   *
   * @param reply - Where an answer goes, and what tells that nobody subscribes.
   * @returns Whether it was taken; false while there is no connection.
   */
  publish(subject: string, data: Uint8Array, reply?: string): boolean {
    if (!this.isConnected) return false;
    this.nats.publish(subject, data, reply === undefined ? undefined : { reply });
    return true;
  }

  /**
   * @param onMessage - An error that it throws is logged, and ends nothing: the connection is others' too.
   * @returns What ends it. Idempotent.
   */
  subscribe(subject: string, onMessage: (message: BrokerMessage) => void): () => void {
    if (this.nats.isClosed()) return () => undefined;
    const subscription = this.nats.subscribe(subject, {
      callback: (error, message) => {
        // What the broker refuses is told as such.
        if (error === null) this.hand(received(message), onMessage);
      },
    });
    return () => subscription.unsubscribe();
  }

  /** Resolves when the broker has everything that was published and subscribed before; rejects if it is lost. */
  flush(): Promise<void> {
    return this.isConnected ? this.nats.flush() : Promise.reject(new Error(this.problem));
  }

  /** Sends what was published, and closes. Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.flushAndClose();
    return this.closing;
  }

  private hand(message: BrokerMessage, onMessage: (message: BrokerMessage) => void): void {
    try {
      onMessage(message);
    } catch (error) {
      this.log.error(
        { err: error, subject: message.subject },
        "a message of the NATS server was not handled",
      );
    }
  }

  private async flushAndClose(): Promise<void> {
    const flushed = this.flush().catch(() => undefined);
    await withDeadline(flushed, LINGER_MS, () => undefined);
    this.state.next({ kind: "closed" });
    await this.nats.close();
    this.state.complete();
    this.refusals.complete();
  }

  private lost(): void {
    if (this.state.value.kind !== "connected") return;
    // What the server told of is forgotten with it.
    this.told = this.clusterServers;
    this.state.next({ kind: "away", problem: `no NATS server answers at ${this.servers.join(", ")}` });
  }

  private async follow(): Promise<void> {
    for await (const status of this.nats.status()) {
      if (status.type === "reconnect") {
        this.state.next({ kind: "connected", server: this.nats.getServer() });
      } else if (status.type === "error" && isPermissionViolation(status.error)) {
        const { operation, subject } = status.error;
        this.refusals.next({ operation: operation === "publish" ? operation : "subscribe", subject });
      }
    }
  }
}

function received(message: Nats.Msg): BrokerMessage {
  const { subject, data, reply = "" } = message;
  return {
    subject,
    data,
    reply,
    isNoResponders: data.length === 0 && message.headers?.code === NO_RESPONDERS,
  };
}

/** By its shape: a test's realm has another class of the same name. */
function isPermissionViolation(error: Error): error is Nats.PermissionViolationError {
  return error.name === "PermissionViolationError";
}

function openingError(client: typeof Nats, error: unknown, { servers }: NatsSettings): unknown {
  const where = servers.join(", ");
  if (error instanceof client.errors.AuthorizationError) {
    return new AuthenticationError(
      `the NATS server at ${where} does not let this program in: give it its credentials (nats, or RIGWIRE_NATS_…)`,
      "broker-login",
      {},
      { cause: error },
    );
  }
  const isKnown = error instanceof Error && ["KeyError", "AddressError"].includes(error.name);
  return isKnown
    ? error
    : new Error(`no NATS server answers at ${where}: ${messageOf(error)}`, { cause: error });
}
