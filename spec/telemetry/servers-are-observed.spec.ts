import { metrics } from "@opentelemetry/api";
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  MeterProvider,
  MetricReader,
} from "@opentelemetry/sdk-metrics";
import { Subject } from "rxjs";
import {
  clientOf,
  connect,
  type DeviceStats,
  JsonMethod,
  type Remote,
  RpcProperty,
  type RpcServer,
  RpcService,
  serve,
  setHealth,
  Signal,
} from "../../lib/index";
import { prometheusText } from "../../lib/gateway/prometheus-text";
import { observeServer } from "../../lib/opentelemetry";
import { memoryUrl } from "../../lib/testing";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";

@RpcService({ type: "stage" })
class Stage {
  @Signal(Number) readonly moved = new Subject<number>();
  @RpcProperty() speed: number = 5;

  @JsonMethod()
  async move(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 20));
    this.moved.next(1);
  }

  @JsonMethod()
  jam(): void {
    throw new RangeError("the axis is blocked");
  }
}

/** Gives what there is when it is asked. */
class Reader extends MetricReader {
  protected onShutdown = () => Promise.resolve();
  protected onForceFlush = () => Promise.resolve();
}

class ClosableProvider extends MeterProvider {
  close = () => this.shutdown();
}

interface Served {
  readonly server: RpcServer;
  readonly stage: Remote<Stage>;
  readonly device: Stage;
}

/** What was collected, by `NAME{ATTRIBUTE=VALUE,…}`. */
type Collected = ReadonlyMap<string, DataPoint<number>["value"] | Histogram>;

describe("an observed server", () => {
  const logger = new RecordingLogger();
  let reader: Reader;
  let meterProvider: MeterProvider;

  beforeEach(() => {
    reader = new Reader();
    meterProvider = closing(new ClosableProvider({ readers: [reader] }));
  });
  afterEach(() => metrics.disable());

  async function serving(name: string): Promise<Served> {
    const device = new Stage();
    const server = closing(await serve(device, { url: memoryUrl(), name, logger }));
    const stage = connect(Stage, server.url, { logger });
    closing(clientOf(stage));
    return { server, stage, device };
  }

  async function collected(from = reader): Promise<Collected> {
    const { resourceMetrics, errors } = await from.collect();
    expect(errors).toEqual([]);
    const found = new Map<string, DataPoint<number>["value"] | Histogram>();
    for (const { metrics: told } of resourceMetrics.scopeMetrics) {
      for (const { descriptor, dataPointType, dataPoints } of told) {
        for (const { attributes, value } of dataPoints) {
          const told = Object.entries(attributes).map(([key, text]) => `${key}=${String(text)}`);
          const key = `${descriptor.name}{${told.join(",")}}`;
          expect(found.has(key)).toBe(false);
          expect(dataPointType === DataPointType.HISTOGRAM).toBe(typeof value === "object");
          found.set(key, value as number | Histogram);
        }
      }
    }
    return found;
  }

  const ofMember = (metric: string, member: string, use: string, device = "stage-1") =>
    `rigwire.${metric}{rigwire.device=${device},rigwire.member=${member},rigwire.use=${use}}`;

  it("tells what its stats say", async () => {
    const { server, stage } = await serving("stage-1");
    observeServer(server, { meterProvider });
    stage.moved.subscribe();
    await Promise.all([stage.move(), stage.move(), stage.jam().catch(() => undefined), stage.speed.get()]);
    const stats = await clientOf(stage).stats();
    const found = await collected();

    for (const {
      member,
      use,
      calls,
      failures,
      refusals,
      waiting,
      running,
      bytesIn,
      bytesOut,
    } of stats.members) {
      const told = { calls, failures, refusals, waiting, running, bytes_in: bytesIn, bytes_out: bytesOut };
      for (const [metric, value] of Object.entries(told)) {
        expect([metric, found.get(ofMember(metric, member, use))]).toEqual([metric, value]);
      }
    }
    expect(found.get(ofMember("calls", "move", "call"))).toBe(2);
    expect(found.get(ofMember("failures", "jam", "call"))).toBe(1);
    expect(found.get("rigwire.signals.sent{rigwire.device=stage-1,rigwire.signal=moved}")).toBe(2);
    expect(found.get("rigwire.connections{rigwire.device=stage-1}")).toBe(stats.connections);
    expect(found.get("rigwire.up{rigwire.device=stage-1}")).toBeGreaterThanOrEqual(stats.upMs / 1_000);
  });

  it("tells how long requests waited and ran as histograms, with the buckets that Prometheus gets", async () => {
    const { server, stage } = await serving("stage-1");
    observeServer(server, { meterProvider });
    await Promise.all([stage.move(), stage.move(), stage.move()]);
    const found = await collected();
    const move = server.stats().members.find(({ member }) => member === "move");
    const ends = [
      ...textOf(server.stats()).matchAll(/rigwire_run_seconds_bucket\{.*member="move".*le="([\d.e-]+)"/g),
    ];

    for (const phase of ["wait", "run"] as const) {
      const { count, sum = NaN, buckets } = found.get(ofMember(phase, "move", "call")) as Histogram;
      expect(count).toBe(3);
      expect(sum).toBeCloseTo((move?.[phase].sumMs ?? NaN) / 1_000, 5);
      expect(buckets.boundaries).toEqual(ends.map(([, end]) => Number(end)));
    }
    // The third waited for two that took 20 ms each, less what timers are early.
    expect((found.get(ofMember("wait", "move", "call")) as Histogram).max).toBeGreaterThan(0.035);
  });

  it("has the names that Prometheus gets of the gateway", async () => {
    const { server, stage } = await serving("stage-1");
    observeServer(server, { meterProvider });
    await stage.move();
    const { resourceMetrics } = await reader.collect();
    const told = resourceMetrics.scopeMetrics.flatMap(({ metrics: all }) =>
      all.map(({ descriptor: { name, unit }, ...data }) => {
        const isCounter = data.dataPointType === DataPointType.SUM && data.isMonotonic;
        return `${name.replaceAll(".", "_")}${unit === "s" ? "_seconds" : ""}${isCounter ? "_total" : ""}`;
      }),
    );
    const named = [...textOf(server.stats()).matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name);

    expect(told.sort()).toEqual(named.filter((name) => name !== "rigwire_up").sort());
  });

  it("says whether its device can do its work", async () => {
    const { server, device } = await serving("stage-1");
    observeServer(server, { meterProvider });
    const serves = async () => (await collected()).get("rigwire.serving{rigwire.device=stage-1}");
    expect(await serves()).toBe(1);

    setHealth(device, { serving: false, reason: "the lamp is broken" });
    expect(await serves()).toBe(0);
  });

  it("is told from others of its process, and is told no more once it is closed or left alone", async () => {
    const changes = new Reader({ aggregationTemporalitySelector: () => AggregationTemporality.DELTA });
    const provider = closing(new ClosableProvider({ readers: [changes] }));
    const devices = [await serving("one"), await serving("other"), await serving("")];
    const [one, other, unnamed] = devices as [Served, Served, Served];
    const ends = devices.map(({ server }) => observeServer(server, { meterProvider: provider }));
    // Observed once all the same.
    observeServer(other.server, { meterProvider: provider });
    /** The calls and the runs that came since the last time. */
    const told = async () => {
      const found = await collected(changes);
      return ["one", "other", unnamed.server.url].map((device) => {
        const runs = found.get(ofMember("run", "move", "call", device)) as Histogram | undefined;
        return [found.get(ofMember("calls", "move", "call", device)), runs?.count];
      });
    };
    await Promise.all([one.stage.move(), other.stage.move(), other.stage.move(), unnamed.stage.move()]);
    expect(await told()).toEqual([
      [1, 1],
      [2, 2],
      [1, 1],
    ]);

    await one.server.close();
    ends[1]?.();
    ends[1]?.();
    await Promise.all([other.stage.move(), unnamed.stage.move()]);
    expect(await told()).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      [1, 1],
    ]);
  });

  it("goes to the provider of the process where none is given", async () => {
    metrics.setGlobalMeterProvider(meterProvider);
    const { server, stage } = await serving("stage-1");
    observeServer(server);
    await stage.jam().catch(() => undefined);

    expect((await collected()).get(ofMember("failures", "jam", "call"))).toBe(1);
  });
});

function textOf(stats: DeviceStats): string {
  return prometheusText([{ name: "stage-1", isUp: true, stats, health: { serving: true } }]);
}
