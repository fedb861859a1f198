import { oneLine } from "../log/one-line";
import { type DeviceHealth } from "../wire/device-health";
import { type DeviceStats, type MemberStats } from "../wire/device-stats";
import { type Durations, upperEndMs } from "../wire/durations";

/** A device as it was asked for its figures. */
export interface MeasuredDevice {
  readonly name: string;
  /** Whether it is connected. */
  readonly isUp: boolean;
  /** Nothing where it has none. */
  readonly stats: DeviceStats | undefined;
  /** Nothing where it does not say. */
  readonly health: DeviceHealth | undefined;
}

/** The form of what {@link prometheusText} gives. */
export const PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

type Labels = Readonly<Record<string, string>>;

interface Sample {
  /** What follows the metric's name, such as `_sum`. */
  readonly suffix?: string;
  readonly labels: Labels;
  readonly value: number;
}

const MS_PER_SECOND = 1_000;

/** Of a device, as many members and signals are told at most, and so much of each name, in characters. */
const MAX_MEMBERS = 1_024;
const MAX_LABEL_LENGTH = 256;

/** The ends of the buckets of a device, every sixteenth: from 15 µs on four times as long each. */
const BUCKET_ENDS: readonly number[] = Array.from({ length: 15 }, (_, index) => 16 * index - 49);

const MEMBER_COUNTERS = {
  calls: "Requests that came in.",
  failures: "Requests that the device answered with a failure.",
  refusals: "Requests that did not reach the device.",
  bytesIn: "Bytes of requests.",
  bytesOut: "Bytes of replies, items and progress.",
  items: "Items of streams that were sent.",
} as const satisfies Partial<Record<keyof MemberStats, string>>;

const MEMBER_GAUGES = {
  waiting: "Requests that wait for their turn.",
  running: "Requests that run.",
} as const satisfies Partial<Record<keyof MemberStats, string>>;

const SIGNAL_COUNTERS = {
  emitted: "Signals that the device emitted.",
  sent: "Signals that went to those who had subscribed.",
  missed: "Signals that a subscriber missed.",
} as const;

/**
 * What devices counted, in Prometheus' text format 0.0.4: names as those of `stats`, with `rigwire_` before them,
 * durations in seconds.
 */
export function prometheusText(devices: readonly MeasuredDevice[]): string {
  const page = new MetricsPage();
  const counted = devices.flatMap(({ name, stats }) =>
    stats === undefined ? [] : { name, stats: boundedStats(stats) },
  );
  const ofMembers = (value: (member: MemberStats) => number) =>
    counted.flatMap(({ name, stats }) =>
      stats.members.map((member) => ({ labels: memberLabels(name, member), value: value(member) })),
    );
  const ofDevices = (value: (stats: DeviceStats) => number | null | undefined) =>
    counted.flatMap(({ name, stats }) => sampleOf({ device: name }, value(stats)));
  page.add("up", "gauge", "Whether the gateway is connected to the device.", devices.map(upSample));
  page.add(
    "serving",
    "gauge",
    "Whether the device says that it can do its work.",
    devices.flatMap(servingSample),
  );
  for (const [key, help] of entriesOf(MEMBER_COUNTERS)) {
    page.add(
      `${snake(key)}_total`,
      "counter",
      help,
      ofMembers((member) => member[key]),
    );
  }
  for (const [key, help] of entriesOf(MEMBER_GAUGES)) {
    page.add(
      key,
      "gauge",
      help,
      ofMembers((member) => member[key]),
    );
  }
  for (const [key, help] of [
    ["wait", "How long requests waited for their turn."],
    ["run", "How long requests ran."],
  ] as const) {
    const samples = counted.flatMap(({ name, stats }) =>
      stats.members.flatMap((member) => histogramSamples(memberLabels(name, member), member[key])),
    );
    page.add(`${key}_seconds`, "histogram", help, samples);
  }
  for (const [key, help] of entriesOf(SIGNAL_COUNTERS)) {
    const samples = counted.flatMap(({ name, stats }) =>
      stats.signals.map((signal) => ({
        labels: { device: name, signal: signal.signal },
        value: signal[key],
      })),
    );
    page.add(`signals_${key}_total`, "counter", help, samples);
  }
  page.add(
    "connections",
    "gauge",
    "Clients that are connected.",
    ofDevices(({ connections }) => connections),
  );
  page.add(
    "up_seconds",
    "gauge",
    "How long the server has been there.",
    ofDevices(({ upMs }) => upMs / MS_PER_SECOND),
  );
  for (const [key, what] of [
    ["p50Ms", "half of the time"],
    ["p99Ms", "99 % of the time"],
    ["maxMs", "at most"],
  ] as const) {
    page.add(
      `event_loop_${key.slice(0, -2)}_seconds`,
      "gauge",
      `How late the event loop of the device's process comes, ${what}.`,
      ofDevices(({ eventLoop }) => eventLoop && eventLoop[key] / MS_PER_SECOND),
    );
  }
  for (const [key, help] of [
    ["residentBytes", "Memory of the device's process."],
    ["heapBytes", "Memory of the JavaScript objects of the device's process."],
  ] as const) {
    page.add(
      snake(key),
      "gauge",
      help,
      ofDevices(({ memory }) => memory?.[key]),
    );
  }
  return page.toString();
}

function boundedStats(stats: DeviceStats): DeviceStats {
  const { members, signals } = stats;
  return { ...stats, members: members.slice(0, MAX_MEMBERS), signals: signals.slice(0, MAX_MEMBERS) };
}

class MetricsPage {
  private readonly lines: string[] = [];

  /** A metric of which nothing is known is left out. */
  add(name: string, type: "counter" | "gauge" | "histogram", help: string, samples: readonly Sample[]): void {
    if (samples.length === 0) return;
    const full = `rigwire_${name}`;
    this.lines.push(`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`);
    const told = new Set<string>();
    for (const { suffix = "", labels, value } of samples) {
      const series = `${full}${suffix}{${labelsText(labels)}}`;
      // Prometheus takes nothing of a page that has one twice, as a device that names a member twice would make it.
      if (told.has(series)) continue;
      told.add(series);
      this.lines.push(`${series} ${value}`);
    }
  }

  toString(): string {
    return this.lines.map((line) => `${line}\n`).join("");
  }
}

function upSample({ name, isUp }: MeasuredDevice): Sample {
  return { labels: { device: name }, value: Number(isUp) };
}

function servingSample({ name, health }: MeasuredDevice): readonly Sample[] {
  return health === undefined ? [] : [{ labels: { device: name }, value: Number(health.serving) }];
}

function sampleOf(labels: Labels, value: number | null | undefined): readonly Sample[] {
  return value === null || value === undefined ? [] : [{ labels, value }];
}

function memberLabels(device: string, { member, use }: MemberStats): Labels {
  return { device, member, use };
}

function histogramSamples(labels: Labels, { count, sumMs, buckets }: Durations): readonly Sample[] {
  const upTo = (end: number) =>
    buckets.reduce((sum, [bucket, inBucket]) => sum + (bucket <= end ? inBucket : 0), 0);
  const all = buckets.reduce((sum, [, inBucket]) => sum + inBucket, 0);
  return [
    ...BUCKET_ENDS.map((end) => ({
      suffix: "_bucket",
      labels: { ...labels, le: String(upperEndMs(end) / MS_PER_SECOND) },
      value: upTo(end),
    })),
    { suffix: "_bucket", labels: { ...labels, le: "+Inf" }, value: Math.max(all, count) },
    { suffix: "_sum", labels, value: sumMs / MS_PER_SECOND },
    { suffix: "_count", labels, value: Math.max(all, count) },
  ];
}

/** Names of devices and members are whatever somebody called them. */
function labelsText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${oneLine(value, MAX_LABEL_LENGTH).replace(/[\\"]/g, "\\$&")}"`)
    .join(",");
}

function snake(camel: string): string {
  return camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function entriesOf<Key extends string>(record: Readonly<Record<Key, string>>): (readonly [Key, string])[] {
  return Object.entries(record) as [Key, string][];
}
