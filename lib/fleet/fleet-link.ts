import { AddressError, AuthenticationError, DeviceUnavailableError, KeyError, messageOf } from "../errors";
import { type Logger } from "../log/logger";
import { type BrokerConnection } from "../nats/broker-connection";
import { type NatsSettings } from "../nats/nats-settings";
import { shareBroker } from "../nats/shared-broker";
import { Backoff } from "../time/backoff";
import { pause } from "../time/pause";

type BrokerShare = Awaited<ReturnType<typeof shareBroker>>;

/** The way of one fleet to its broker: made when it is first needed, and tried again where there was none. */
export class FleetLink {
  private readonly ending = new AbortController();
  private share: BrokerShare | undefined;
  private attempt: Promise<BrokerConnection> | undefined;
  private lastFailure: unknown;
  private patience: Promise<BrokerConnection | undefined> | undefined;
  private closing: Promise<void> | undefined;

  /**
   * @param name - What people call the fleet.
   */
  constructor(
    readonly name: string,
    private readonly settings: NatsSettings,
    private readonly log: Logger,
  ) {}

  /** Why it cannot be used at the moment; nothing where nothing is known to be in the way. */
  get problem(): string | undefined {
    const problem = this.share?.connection.problem ?? this.failure;
    return problem === undefined ? undefined : `${this.name} cannot be reached: ${problem}`;
  }

  /**
   * The broker, after one attempt to reach it.
   *
   * @throws AddressError, KeyError and AuthenticationError where it lets nobody in; DeviceUnavailableError where it is
   *   not there.
   */
  async reach(): Promise<BrokerConnection> {
    if (this.ending.signal.aborted) throw new DeviceUnavailableError(`${this.name} is closed`);
    try {
      return await (this.attempt ??= this.open());
    } catch (error) {
      if (isLasting(error)) throw error;
      throw new DeviceUnavailableError(
        `${this.name} cannot be reached: ${messageOf(error)}`,
        {},
        { cause: error },
      );
    }
  }

  /** The broker, when it is reached; nothing where the link is closed before. Tells the log once that it waits. */
  reached(): Promise<BrokerConnection | undefined> {
    this.patience ??= this.wait();
    return this.patience;
  }

  /** Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private get failure(): string | undefined {
    return this.lastFailure === undefined ? undefined : messageOf(this.lastFailure);
  }

  private async open(): Promise<BrokerConnection> {
    try {
      const share = await shareBroker(this.settings);
      this.lastFailure = undefined;
      this.share = share;
      return share.connection;
    } catch (error) {
      this.lastFailure = error;
      this.attempt = undefined;
      throw error;
    }
  }

  private async wait(): Promise<BrokerConnection | undefined> {
    const backoff = new Backoff();
    const { signal } = this.ending;
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      try {
        return await this.reach();
      } catch (error) {
        if (isFirst) this.log.warn({ err: error }, `${messageOf(error)}: it is tried again`);
      }
      await pause(backoff.next(), { signal, ref: false });
    }
    return undefined;
  }

  private async end(): Promise<void> {
    this.ending.abort();
    await this.attempt?.catch(() => undefined);
    await this.patience;
    await this.share?.release();
  }
}

/** What does not mend by itself. */
function isLasting(error: unknown): boolean {
  return error instanceof AddressError || error instanceof KeyError || error instanceof AuthenticationError;
}
