import { type Stage } from "../stage";

/** One figure of a workload, measured once a round. */
export interface Metric {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly better: "higher" | "lower";
}

/** What was measured, by the metrics' ids; nothing where the peer does not do such a thing. */
export type Values = Readonly<Record<string, number | undefined>>;

export interface Workload {
  /** For `--only`. */
  readonly name: string;
  readonly metrics: readonly Metric[];
  /** The peers that it is meant for. Default: all. */
  readonly peers?: readonly string[];
  /** Needs a server that has done nothing yet. Default false. */
  readonly freshServer?: boolean;
  /** Takes long: it is run only where it is named, and once where nobody says how often. Default false. */
  readonly onlyNamed?: boolean;
  /** Another program than the peer's usual one, by its file among the peers; it needs a fresh server. */
  readonly program?: string;
  run(stage: Stage): Promise<Values>;
}
