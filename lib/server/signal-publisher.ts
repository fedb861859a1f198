import { type Observable, type Subscription } from "rxjs";
import { convertValue } from "../contract/convert-value";
import { type ServiceContract, type SignalContract } from "../contract/service-contract";
import { toWire } from "../contract/to-wire";
import { messageOf, ValidationError } from "../errors";
import { platform } from "../platform/current";
import { type Timer } from "../platform/platform";
import { type SubscriptionChange } from "../transport/endpoint";
import { type Logger } from "../log/logger";
import { type SignalStats } from "../wire/device-stats";
import { OutgoingArrays } from "../wire/outgoing-arrays";
import {
  ASIDE_PREFIX,
  encodeSignal,
  encodeSignalEnd,
  qualityOf,
  signalOfTimes,
  signalTopic,
} from "../wire/signals";
import { type PublishSignal } from "./bounded-publishing";
import { isSubject, type Device } from "./device";

/** A source that has ended is subscribed again at most once in this time, in milliseconds. */
const RESTART_MS = 100;

/** What is known of what is sent. */
type SourceContract = Pick<SignalContract, "wireName" | "argumentTypes">;

/** Sends what a device's observables emit, each signal once, counted from 1. */
export class SignalPublisher {
  private readonly subscription: Subscription;
  private readonly sources: ReadonlyMap<string, SignalSource>;

  /**
   * @param subscriptions$ - What somebody subscribes to, or nobody any more.
   * @param now - The clock by which signals are stamped, in milliseconds.
   * @param qualityChanges - What tells that the value of a property became stale, bad or good again, by wire name.
   */
  constructor(
    device: Device,
    contract: ServiceContract,
    subscriptions$: Observable<SubscriptionChange>,
    publish: PublishSignal,
    log: Logger,
    now: () => number,
    qualityChanges: readonly (readonly [property: string, changed: Observable<void>])[],
  ) {
    const sourceOf = (signal: SourceContract, observable: Observable<unknown>, place: string) => {
      const { wireName } = signal;
      const send = (frame: string, data?: Uint8Array) => publish(wireName, frame, data);
      return [wireName, new SignalSource(signal, place, observable, send, log, now)] as const;
    };
    this.sources = new Map([
      ...[...contract.signals.values()].map((signal) =>
        sourceOf(signal, device.signal(signal.member), `${device.className}.${signal.member}`),
      ),
      ...qualityChanges.map(([property, changed]) =>
        sourceOf({ wireName: qualityOf(property), argumentTypes: [] }, changed, `the quality of ${property}`),
      ),
    ]);
    this.subscription = subscriptions$.subscribe((change) => this.follow(change));
  }

  /** How many of each signal there have been. */
  counts(): Readonly<Record<string, number>> {
    const counted = [...this.sources].filter(([, source]) => source.isCounted);
    return Object.fromEntries(counted.map(([name, { count }]) => [name, count]));
  }

  /** What became of each. */
  stats(): SignalStats[] {
    return [...this.sources.values()].flatMap((source) => (source.isCounted ? source.stats() : []));
  }

  close(): void {
    this.subscription.unsubscribe();
    for (const source of this.sources.values()) source.close();
  }

  private follow({ signal, subscribed }: SubscriptionChange): void {
    if (signal !== undefined) {
      const timed = signalOfTimes(signal);
      if (timed !== undefined) this.sources.get(timed)?.timesWanted(subscribed);
      this.sources.get(signal)?.subscribed(subscribed);
      return;
    }
    for (const source of this.sources.values()) source.allSubscribed(subscribed);
  }
}

/**
 * One signal of a device. A subject emits whether or not somebody listens, so it is counted always; any other
 * observable is subscribed only while somebody wants it.
 */
class SignalSource {
  count = 0;
  private sent = 0;
  private missed = 0;
  private subscription: Subscription | undefined;
  private isSubscribed = false;
  private areAllSubscribed = false;
  private isWanted = false;
  private wasWanted = false;
  private areTimesWanted = false;
  /** The observable failed or completed. */
  private hasEnded = false;
  private isClosed = false;
  private subscribedAt = -Infinity;
  private restartTimer: Timer | undefined;
  private readonly isHot: boolean;
  private readonly topic: string;

  constructor(
    private readonly contract: SourceContract,
    private readonly place: string,
    private readonly observable: Observable<unknown>,
    private readonly publish: (frame: string, data?: Uint8Array) => number,
    private readonly log: Logger,
    private readonly now: () => number,
  ) {
    this.isHot = isSubject(observable);
    this.topic = signalTopic(contract.wireName);
    if (this.isHot) this.subscribe();
  }

  /** Clients count the device's own signals always; what is told of properties, once somebody wanted to hear it. */
  get isCounted(): boolean {
    return this.wasWanted || !this.contract.wireName.startsWith(ASIDE_PREFIX);
  }

  stats(): SignalStats {
    const { count: emitted, sent, missed } = this;
    return { signal: this.contract.wireName, emitted, sent, missed };
  }

  /** Somebody wants to know when it was emitted, or nobody any more. */
  timesWanted(are: boolean): void {
    this.areTimesWanted = are;
  }

  /** Somebody subscribes to this signal, told for each who does; or nobody any more. */
  subscribed(is: boolean): void {
    this.isSubscribed = is;
    this.update();
  }

  /** Somebody subscribes to all signals, or nobody any more. */
  allSubscribed(are: boolean): void {
    this.areAllSubscribed = are;
    this.update();
  }

  private update(): void {
    const wanted = this.isSubscribed || this.areAllSubscribed;
    const isChanged = wanted !== this.isWanted;
    this.isWanted = wanted;
    this.wasWanted ||= wanted;
    // Who comes after the end wants it anew, or to be told.
    if (wanted && this.hasEnded) this.restart();
    else if (isChanged && !this.isHot) {
      if (wanted) this.subscribe();
      else this.unsubscribe();
    }
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.restartTimer);
    this.unsubscribe();
  }

  /** Subscribes again what has ended, though not without pause: many may come, and it may end at once each time. */
  private restart(): void {
    if (this.restartTimer !== undefined || this.isClosed) return;
    const waitMs = Math.max(0, this.subscribedAt + RESTART_MS - performance.now());
    this.restartTimer = setTimeout(() => {
      this.restartTimer = undefined;
      if (!this.isWanted || !this.hasEnded) return;
      this.hasEnded = false;
      this.subscribe();
    }, waitMs);
    platform().unref(this.restartTimer);
  }

  private subscribe(): void {
    this.subscribedAt = performance.now();
    // What a subject gives at once is the past (BehaviorSubject): nobody on the wire gets a replay.
    let isReplay = this.isHot;
    this.subscription = this.observable.subscribe({
      next: (value) => {
        if (!isReplay) this.emit(value);
      },
      error: (error: unknown) => this.end(messageOf(error), error),
      complete: () => this.end(undefined, undefined),
    });
    isReplay = false;
  }

  private unsubscribe(): void {
    try {
      this.subscription?.unsubscribe();
    } catch (error) {
      this.log.error(
        { err: error },
        `${this.place} failed when nobody wanted it any more: ${messageOf(error)}`,
      );
    }
    this.subscription = undefined;
  }

  private emit(value: unknown): void {
    try {
      const time = this.areTimesWanted ? this.now() : undefined;
      const args = this.argumentsOf(value);
      // Counted where it could be sent: whoever was away learns from the number how many there were.
      const [frame, arrays] = OutgoingArrays.writing((writing) =>
        encodeSignal(this.topic, args, this.count + 1, writing, time),
      );
      this.count += 1;
      if (!this.isWanted) return;
      this.missed += this.publish(frame, arrays.frame());
      this.sent += 1;
    } catch (error) {
      this.log.error({ err: error }, `${this.place} emitted what it does not declare: ${messageOf(error)}`);
    }
  }

  private argumentsOf(value: unknown): readonly unknown[] {
    const types = this.contract.argumentTypes ?? [];
    const args = types.length > 1 ? tuple(value) : value === undefined && types.length === 0 ? [] : [value];
    if (args.length !== types.length) {
      throw new ValidationError(`it declares ${types.length} arguments, but was given ${args.length}`);
    }
    return types.map((type, index) =>
      toWire(type, convertValue(type, args[index], `argument ${index + 1}`, [])),
    );
  }

  /** @param failure - What it failed with; nothing where it completed. */
  private end(failure: string | undefined, error: unknown): void {
    this.hasEnded = true;
    if (failure === undefined) this.log.warn({}, `${this.place} completed; the signal has ended`);
    else this.log.warn({ err: error }, `${this.place} failed: ${failure}; the signal has ended`);
    if (!this.isWanted) return;
    try {
      this.publish(encodeSignalEnd(this.contract.wireName, failure, this.count));
    } catch (unsent) {
      this.log.error({ err: unsent }, `the end of ${this.place} could not be told: ${messageOf(unsent)}`);
    }
  }
}

function tuple(value: unknown): readonly unknown[] {
  if (!Array.isArray(value))
    throw new ValidationError("it declares several arguments: it must emit a list of them");
  return value;
}
