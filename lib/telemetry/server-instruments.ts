import {
  type Attributes,
  type BatchObservableResult,
  type Histogram,
  type Meter,
  type Observable,
  ValueType,
} from "@opentelemetry/api";
import { type Subscription } from "rxjs";
import { type RequestDuration } from "../server/member-account";
import { type RpcServer } from "../server/rpc-server";
import { type MemberStats } from "../wire/device-stats";
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

const PREFIX = "rigwire.";
const MS_PER_SECOND = 1_000;

/** Figures of one kind, and what tells the values of each. */
type Instruments<Of> = readonly { readonly metric: Metric<Of>; readonly observable: Observable }[];

/** What tells one meter of all servers that are observed by it. */
export class ServerInstruments {
  private readonly ofMembers;
  private readonly ofSignals;
  private readonly ofDevices;
  private readonly ofHealth;
  private readonly histograms: Readonly<Record<RequestDuration["phase"], Histogram>>;
  private readonly observables: Observable[];
  /** With what hears of the durations of each. */
  private readonly servers = new Map<RpcServer, Subscription>();

  constructor(private readonly meter: Meter) {
    this.ofMembers = instrumentsOf(meter, MEMBER_METRICS);
    this.ofSignals = instrumentsOf(meter, SIGNAL_METRICS);
    this.ofDevices = instrumentsOf(meter, DEVICE_METRICS);
    this.ofHealth = instrumentsOf(meter, [SERVING_METRIC]);
    this.histograms = { wait: histogramOf(meter, "wait"), run: histogramOf(meter, "run") };
    const all = [this.ofMembers, this.ofSignals, this.ofDevices, this.ofHealth].flat();
    this.observables = all.map(({ observable }) => observable);
  }

  /** Idempotent. */
  observe(server: RpcServer): void {
    if (this.servers.has(server)) return;
    if (this.servers.size === 0) this.meter.addBatchObservableCallback(this.tellAll, this.observables);
    const listening = server.durations$.subscribe((duration) => {
      const { phase, ms } = duration;
      this.histograms[phase].record(ms / MS_PER_SECOND, memberAttributes(server, duration));
    });
    this.servers.set(server, listening);
  }

  /** Idempotent. */
  end(server: RpcServer): void {
    this.servers.get(server)?.unsubscribe();
    const wasObserved = this.servers.delete(server);
    if (!wasObserved || this.servers.size > 0) return;
    this.meter.removeBatchObservableCallback(this.tellAll, this.observables);
  }

  private readonly tellAll = (result: BatchObservableResult): void => {
    for (const server of this.servers.keys()) this.tell(result, server);
  };

  private tell(result: BatchObservableResult, server: RpcServer): void {
    const stats = server.stats();
    for (const member of stats.members) {
      tellValues(result, this.ofMembers, member, memberAttributes(server, member));
    }
    const attributes = deviceAttributes(server);
    for (const signal of stats.signals) {
      tellValues(result, this.ofSignals, signal, { ...attributes, "rigwire.signal": signal.signal });
    }
    tellValues(result, this.ofDevices, stats, attributes);
    tellValues(result, this.ofHealth, server.health, attributes);
  }
}

function instrumentsOf<Of>(meter: Meter, metrics: readonly Metric<Of>[]): Instruments<Of> {
  return metrics.map((metric) => {
    const { name, kind, help, unit = "1" } = metric;
    const valueType = unit === "s" ? ValueType.DOUBLE : ValueType.INT;
    const options = { description: help, unit, valueType };
    const observable =
      kind === "counter"
        ? meter.createObservableCounter(PREFIX + name, options)
        : meter.createObservableGauge(PREFIX + name, options);
    return { metric, observable };
  });
}

/** With the buckets that Prometheus gets of the gateway. */
function histogramOf(meter: Meter, phase: RequestDuration["phase"]): Histogram {
  return meter.createHistogram(PREFIX + phase, {
    description: DURATION_METRICS[phase],
    unit: "s",
    advice: { explicitBucketBoundaries: TOLD_BUCKETS.map(upperEndSeconds) },
  });
}

function tellValues<Of>(
  result: BatchObservableResult,
  instruments: Instruments<Of>,
  of: Of,
  attributes: Attributes,
): void {
  for (const { metric, observable } of instruments) {
    const value = metric.value(of);
    if (value !== undefined) result.observe(observable, value, attributes);
  }
}

function memberAttributes(
  server: RpcServer,
  { member, use }: Pick<MemberStats, "member" | "use">,
): Attributes {
  return { ...deviceAttributes(server), "rigwire.member": member, "rigwire.use": use };
}

/** Two servers of a process must not be taken for one. */
function deviceAttributes({ name, url }: RpcServer): Attributes {
  return { "rigwire.device": name === "" ? url : name };
}
