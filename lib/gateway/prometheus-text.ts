import { oneLine } from "../log/one-line";
import { type DeviceHealth } from "../wire/device-health";
import { type DeviceStats, type MemberStats } from "../wire/device-stats";
import { type Durations } from "../wire/durations";
import {
  DEVICE_METRICS,
  DURATION_METRICS,
  MEMBER_METRICS,
  type Metric,
  SERVING_METRIC,
  SIGNAL_METRICS,
  TOLD_BUCKETS,
  upperEndSeconds,
} from "../wire/metrics";

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

/** Of a device, as many members and signals are told at most, and so much of each name, in characters. */
const MAX_MEMBERS = 1_024;
const MAX_LABEL_LENGTH = 256;

/**
 * What devices counted, in Prometheus' text format 0.0.4: names as those of `stats`, with `rigwire_` before them,
 * durations in seconds.
 */
export function prometheusText(devices: readonly MeasuredDevice[]): string {
  const page = new MetricsPage();
  const counted = devices.flatMap(({ name, stats }) =>
    stats === undefined ? [] : { name, stats: boundedStats(stats) },
  );
  const members = counted.flatMap(({ name, stats }) =>
    stats.members.map((member) => [memberLabels(name, member), member] as const),
  );
  const signals = counted.flatMap(({ name, stats }) =>
    stats.signals.map((signal) => [{ device: name, signal: signal.signal }, signal] as const),
  );
  const ofDevices = counted.map(({ name, stats }) => [{ device: name }, stats] as const);
  const healths = devices.flatMap(({ name, health }) =>
    health === undefined ? [] : [[{ device: name }, health] as const],
  );
  page.add("up", "gauge", "Whether the gateway is connected to the device.", devices.map(upSample));
  page.addMetric(SERVING_METRIC, healths);
  for (const metric of MEMBER_METRICS) page.addMetric(metric, members);
  for (const [name, help] of Object.entries(DURATION_METRICS) as [keyof typeof DURATION_METRICS, string][]) {
    const samples = members.flatMap(([labels, member]) => histogramSamples(labels, member[name]));
    page.add(`${name}_seconds`, "histogram", help, samples);
  }
  for (const metric of SIGNAL_METRICS) page.addMetric(metric, signals);
  for (const metric of DEVICE_METRICS) page.addMetric(metric, ofDevices);
  return page.toString();
}

function boundedStats(stats: DeviceStats): DeviceStats {
  const { members, signals } = stats;
  return { ...stats, members: members.slice(0, MAX_MEMBERS), signals: signals.slice(0, MAX_MEMBERS) };
}

class MetricsPage {
  private readonly lines: string[] = [];

  addMetric<Of>(metric: Metric<Of>, told: readonly (readonly [Labels, Of])[]): void {
    const samples = told.flatMap(([labels, of]) => sampleOf(labels, metric.value(of)));
    this.add(textName(metric), metric.kind, metric.help, samples);
  }

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

/** As Prometheus wants names: with the unit, and with `total` where it counts. */
function textName({ name, unit, kind }: Pick<Metric<unknown>, "name" | "unit" | "kind">): string {
  return `${name.replaceAll(".", "_")}${unit === "s" ? "_seconds" : ""}${kind === "counter" ? "_total" : ""}`;
}

function sampleOf(labels: Labels, value: number | undefined): readonly Sample[] {
  return value === undefined ? [] : [{ labels, value }];
}

function memberLabels(device: string, { member, use }: MemberStats): Labels {
  return { device, member, use };
}

function histogramSamples(labels: Labels, { count, sumMs, buckets }: Durations): readonly Sample[] {
  const upTo = (end: number) =>
    buckets.reduce((sum, [bucket, inBucket]) => sum + (bucket <= end ? inBucket : 0), 0);
  const all = buckets.reduce((sum, [, inBucket]) => sum + inBucket, 0);
  return [
    ...TOLD_BUCKETS.map((bucket) => ({
      suffix: "_bucket",
      labels: { ...labels, le: String(upperEndSeconds(bucket)) },
      value: upTo(bucket),
    })),
    { suffix: "_bucket", labels: { ...labels, le: "+Inf" }, value: Math.max(all, count) },
    { suffix: "_sum", labels, value: sumMs / 1_000 },
    { suffix: "_count", labels, value: Math.max(all, count) },
  ];
}

/** Names of devices and members are whatever somebody called them. */
function labelsText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${oneLine(value, MAX_LABEL_LENGTH).replace(/[\\"]/g, "\\$&")}"`)
    .join(",");
}
