import { type BenchOptions } from "./bench-options";
import { type PeerEntry, PEERS } from "./peers/peer-list";
import { type Results } from "./results";
import { Stage } from "./stage";
import { type Workload } from "./workloads/workload";
import { WORKLOADS } from "./workloads/workload-list";

/** A quick run begins no round that would end after this time, in milliseconds. What is left of the three minutes is for building. */
const QUICK_BUDGET_MS = 150_000;

export interface Plan {
  readonly peers: readonly PeerEntry[];
  readonly workloads: readonly Workload[];
  /** How often all is measured. */
  readonly rounds: number;
}

/**
 * What was asked for by names or their beginnings: all peers if none is named, all workloads if none is named but those
 * that take long. What only some peers do is planned for them alone.
 *
 * @throws Error for a name that nothing has.
 */
export function planOf({ only, rounds, areRoundsGiven }: BenchOptions): Plan {
  const known = [...PEERS, ...WORKLOADS].map(({ name }) => name);
  const wanted = new Set(only.flatMap((name) => namesMeant(name, known)));
  const chosen = <T extends { readonly name: string }>(all: readonly T[]) =>
    all.filter(({ name }) => wanted.has(name));
  const named = chosen(WORKLOADS);
  const workloads = named.length > 0 ? named : WORKLOADS.filter(({ onlyNamed }) => onlyNamed !== true);
  const peers = chosen(PEERS);
  return {
    peers: (peers.length > 0 ? peers : PEERS).filter(({ name }) =>
      workloads.some((each) => isFor(each, name)),
    ),
    workloads,
    rounds: !areRoundsGiven && workloads.every(({ onlyNamed }) => onlyNamed) ? 1 : rounds,
  };
}

function isFor({ peers }: Workload, peer: string): boolean {
  return peers === undefined || peers.includes(peer);
}

function namesMeant(given: string, known: readonly string[]): readonly string[] {
  const meant = known.includes(given) ? [given] : known.filter((name) => name.startsWith(given));
  if (meant.length > 0) return meant;
  throw new Error(`--only ${given}: nothing is named so; there are ${known.join(", ")}`);
}

/**
 * Measures everything once a round, round after round, so that what disturbs the computer for a while disturbs all
 * peers. What fails is left out of the rounds that follow.
 *
 * @returns How many rounds there were.
 */
export async function runRounds(
  plan: Plan,
  options: BenchOptions,
  results: Results,
  tell: (progress: string) => void,
): Promise<number> {
  const startedAt = performance.now();
  const failed = new Set<string>();
  let longestMs = 0;
  for (let round = 0; round < plan.rounds; round++) {
    const roundAt = performance.now();
    if (options.quick && roundAt + longestMs - startedAt > QUICK_BUDGET_MS) return round;
    for (const peer of turned(plan.peers, round)) {
      if (failed.has(peer.name)) continue;
      tell(`round ${round + 1} of ${plan.rounds}: ${peer.title}`);
      const problem = await runPeer(peer, plan.workloads, options, results);
      if (problem === undefined) continue;
      failed.add(peer.name);
      results.failures.push(`${peer.title}: ${problem}`);
    }
    longestMs = Math.max(longestMs, performance.now() - roundAt);
  }
  return plan.rounds;
}

/** Every round begins with another peer. */
function turned<T>(items: readonly T[], by: number): readonly T[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

/** @returns What went wrong. */
async function runPeer(
  { name }: PeerEntry,
  workloads: readonly Workload[],
  options: BenchOptions,
  results: Results,
): Promise<string | undefined> {
  const meant = workloads.filter((workload) => isFor(workload, name));
  const sharing = meant.filter(({ freshServer }) => freshServer !== true);
  const alone = meant.filter(({ freshServer }) => freshServer === true);
  for (const group of [sharing, ...alone.map((workload) => [workload])]) {
    if (group.length === 0) continue;
    let doing = "start";
    let stage: Stage | undefined;
    try {
      stage = await Stage.open(group[0]?.program ?? name, options);
      for (const workload of group) {
        doing = workload.name;
        const { gone } = stage.server;
        results.add(name, await Promise.race([workload.run(stage), gone]));
      }
    } catch (error) {
      return `${doing}: ${error instanceof Error ? error.message : String(error)}`;
    } finally {
      await stage?.close();
    }
  }
  return undefined;
}
