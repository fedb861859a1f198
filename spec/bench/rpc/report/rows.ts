import { type PeerEntry, PEERS, REFERENCE } from "../peers/peer-list";
import { type Results } from "../results";
import { spread } from "../statistics";
import { type Metric } from "../workloads/workload";
import { METRICS } from "../workloads/workload-list";
import { figure, percent } from "./figures";

/** A line of a result: one peer's figure. */
export interface Row {
  readonly peer: PeerEntry;
  readonly median: number;
  readonly value: string;
  readonly spread: string;
  /** How many times as good rigwire is; empty where there is nothing to compare. */
  readonly ahead: string;
}

export interface MetricRows {
  readonly metric: Metric;
  readonly rows: readonly Row[];
}

/** All metrics that have figures; those of losses only where something was lost. */
export function metricRows(results: Results): readonly MetricRows[] {
  return METRICS.flatMap((metric) => {
    const rows = rowsOf(metric, results);
    const isNothing = metric.id.endsWith("-lost") && rows.every(({ median }) => median === 0);
    return rows.length === 0 || isNothing ? [] : { metric, rows };
  });
}

function rowsOf(metric: Metric, results: Results): Row[] {
  const summaries = results.of(metric.id);
  const own = summaries.get(REFERENCE)?.median;
  return PEERS.flatMap((peer) => {
    const summary = summaries.get(peer.name);
    if (summary === undefined) return [];
    const { median } = summary;
    return {
      peer,
      median,
      value: figure(median),
      spread: median === 0 ? "" : `± ${percent(spread(summary))}`,
      ahead: own === undefined || median === 0 || summaries.size === 1 ? "" : aheadBy(metric, own, median),
    };
  });
}

function aheadBy({ better }: Metric, own: number, other: number): string {
  return figure(better === "higher" ? own / other : other / own);
}
