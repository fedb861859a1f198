import { type LocalMoment } from "./clock-estimate";
import { type Peer } from "./peer";
import { DATE_UNCERTAINTY_MS, dateAt, momentOfDate } from "./local-date";

/** A value with the moment when it was true at the device. */
export interface Timed<V> {
  readonly value: V;
  /** On this computer's clock, whatever the device's reads. */
  readonly time: Date;
  /**
   * `time` is off by at most so much, in milliseconds. `Infinity` where nothing is known of how long the value was on
   * its way, as of the signals of an original.
   */
  readonly uncertaintyMs: number;
}

/** The value of a property with the moment when it was true, and whether it can be relied on. */
export type Reading<V> =
  | (Timed<V> & { readonly quality: "good"; readonly reason?: undefined })
  /** It was not updated for longer than the device's author allows (`maxAgeMs`). */
  | (Timed<V> & { readonly quality: "stale"; readonly reason: string })
  /** The device says so (`BadValue`); `value` is what it gave in place of a good one. */
  | (Timed<V | undefined> & { readonly quality: "bad"; readonly reason: string });

/** When something happened, by clocks that are finer than a `Date`. */
export interface Moment extends LocalMoment {
  /** Of the device's clock: which run of which device, and what it read, in milliseconds; nothing where it tells none. */
  readonly device?: { readonly instance: string; readonly clock: number };
  /** What that clock read when the device told it; left out where that is the moment itself. */
  readonly toldAt?: number;
}

/** A moment of the device's clock that was told by now. */
export function momentAtDevice(clock: number, arrivedAt: number, { estimate, inventory }: Peer): Moment {
  const instance = inventory.rigwire?.instance;
  const moment = estimate?.momentOf(clock, arrivedAt) ?? { at: arrivedAt, uncertaintyMs: Infinity };
  return instance === undefined ? moment : { ...moment, device: { instance, clock } };
}

const moments = new WeakMap<Timed<unknown>, Moment>();

export function timed<V>(value: V, moment: Moment): Timed<V> {
  const event = {
    value,
    time: dateAt(moment.at),
    uncertaintyMs: moment.uncertaintyMs + DATE_UNCERTAINTY_MS,
  };
  moments.set(event, moment);
  return event;
}

export function reading<V>(value: V, moment: Moment, quality: "good"): Reading<V>;
export function reading<V>(value: V, moment: Moment, quality: "stale" | "bad", reason: string): Reading<V>;
export function reading(
  value: unknown,
  moment: Moment,
  quality: Reading<unknown>["quality"],
  reason?: string,
): Reading<unknown> {
  const event = { ...timed(value, moment), quality, ...(reason !== undefined && { reason }) };
  moments.set(event, moment);
  return event as Reading<unknown>;
}

/** The moment of an event as exactly as it is known: less so of one that was made anew by its user. */
export function momentOf(event: Timed<unknown>): Moment {
  const known = moments.get(event);
  if (known !== undefined) return known;
  return { at: momentOfDate(event.time), uncertaintyMs: event.uncertaintyMs };
}
