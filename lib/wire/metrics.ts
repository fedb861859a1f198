import { type DeviceHealth } from "./device-health";
import { type DeviceStats, type MemberStats, type SignalStats } from "./device-stats";
import { upperEndMs } from "./durations";

/** One figure of the stats, as metrics call it. */
export interface Metric<Of> {
  /** Words in lower case, with a dot where they are of one thing, such as `signals.sent`. */
  readonly name: string;
  /** A counter only grows. */
  readonly kind: "counter" | "gauge";
  /** Nothing where it is a number of something. */
  readonly unit?: MetricUnit;
  /** A sentence for people. */
  readonly help: string;
  /** @returns Nothing where it is not known. */
  value(of: Of): number | undefined;
}

/** Seconds or bytes, as UCUM has them. */
export type MetricUnit = "s" | "By";

const MS_PER_SECOND = 1_000;

/** Of each member and each of its uses. */
export const MEMBER_METRICS: readonly Metric<MemberStats>[] = [
  counter("calls", "Requests that came in.", ({ calls }) => calls),
  counter("failures", "Requests that the device answered with a failure.", ({ failures }) => failures),
  counter("refusals", "Requests that did not reach the device.", ({ refusals }) => refusals),
  counter("bytes_in", "Bytes of requests.", ({ bytesIn }) => bytesIn, "By"),
  counter("bytes_out", "Bytes of replies, items and progress.", ({ bytesOut }) => bytesOut, "By"),
  counter("items", "Items of streams that were sent.", ({ items }) => items),
  gauge("waiting", "Requests that wait for their turn.", ({ waiting }) => waiting),
  gauge("running", "Requests that run.", ({ running }) => running),
];

/** Of each member and each of its uses, as histograms in seconds, with a sentence for people. */
export const DURATION_METRICS = {
  wait: "How long requests waited for their turn.",
  run: "How long requests ran.",
} as const;

/** The buckets at whose ends histograms are told, every sixteenth: from 15 µs on four times as long each. */
export const TOLD_BUCKETS: readonly number[] = Array.from({ length: 15 }, (_, index) => 16 * index - 49);

/** @returns The longest duration of a bucket, in seconds. */
export function upperEndSeconds(bucket: number): number {
  return upperEndMs(bucket) / MS_PER_SECOND;
}

/** Of each signal. */
export const SIGNAL_METRICS: readonly Metric<SignalStats>[] = [
  counter("signals.emitted", "Signals that the device emitted.", ({ emitted }) => emitted),
  counter("signals.sent", "Signals that went to those who had subscribed.", ({ sent }) => sent),
  counter("signals.missed", "Signals that a subscriber missed.", ({ missed }) => missed),
];

/** Of the device and its process. */
export const DEVICE_METRICS: readonly Metric<DeviceStats>[] = [
  gauge("connections", "Clients that are connected.", ({ connections }) => connections ?? undefined),
  gauge("up", "How long the server has been there.", ({ upMs }) => seconds(upMs), "s"),
  gauge("event_loop.p50", lateness("half of the time"), ({ eventLoop }) => seconds(eventLoop?.p50Ms), "s"),
  gauge("event_loop.p99", lateness("99 % of the time"), ({ eventLoop }) => seconds(eventLoop?.p99Ms), "s"),
  gauge("event_loop.max", lateness("at most"), ({ eventLoop }) => seconds(eventLoop?.maxMs), "s"),
  gauge("resident_bytes", "Memory of the device's process.", ({ memory }) => memory?.residentBytes, "By"),
  gauge(
    "heap_bytes",
    "Memory of the JavaScript objects of the device's process.",
    ({ memory }) => memory?.heapBytes,
    "By",
  ),
];

/** 1 or 0. */
export const SERVING_METRIC: Metric<DeviceHealth> = gauge(
  "serving",
  "Whether the device says that it can do its work.",
  ({ serving }) => Number(serving),
);

function counter<Of>(name: string, help: string, value: Metric<Of>["value"], unit?: MetricUnit): Metric<Of> {
  return { name, kind: "counter", help, value, ...(unit && { unit }) };
}

function gauge<Of>(name: string, help: string, value: Metric<Of>["value"], unit?: MetricUnit): Metric<Of> {
  return { name, kind: "gauge", help, value, ...(unit && { unit }) };
}

function lateness(share: string): string {
  return `How late the event loop of the device's process comes, ${share}.`;
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / MS_PER_SECOND;
}
