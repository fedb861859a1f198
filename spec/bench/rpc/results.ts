import { type Summary, summarize } from "./statistics";
import { type Values } from "./workloads/workload";

/** All that was measured, by metric and peer. */
export class Results {
  private readonly samples = new Map<string, Map<string, number[]>>();
  /** Why a peer, or one workload of it, has no figures. */
  readonly failures: string[] = [];

  add(peer: string, values: Values): void {
    for (const [metric, value] of Object.entries(values)) {
      if (value === undefined) continue;
      const byPeer = this.samples.get(metric) ?? new Map<string, number[]>();
      this.samples.set(metric, byPeer);
      byPeer.set(peer, [...(byPeer.get(peer) ?? []), value]);
    }
  }

  /** The peers that have a figure for this, each with it. */
  of(metric: string): ReadonlyMap<string, Summary> {
    const byPeer = this.samples.get(metric) ?? new Map<string, number[]>();
    return new Map([...byPeer].map(([peer, values]) => [peer, summarize(values)]));
  }

  median(metric: string, peer: string): number | undefined {
    return this.of(metric).get(peer)?.median;
  }

  toJSON(): object {
    return Object.fromEntries(
      [...this.samples].map(([metric, byPeer]) => [metric, Object.fromEntries(byPeer)]),
    );
  }
}
