import { parseArgs } from "node:util";

export interface BenchOptions {
  /** Beginnings of the names of peers and workloads; none means all. */
  readonly only: readonly string[];
  readonly quick: boolean;
  readonly rounds: number;
  /** Whether they were asked for, and are no default. */
  readonly areRoundsGiven: boolean;
  /** Where the figures are written as JSON. */
  readonly jsonFile: string | undefined;
  /** Whether docs/performance.md is written. */
  readonly write: boolean;
  /** Where every process leaves a CPU profile. */
  readonly profileDir: string | undefined;
}

export const USAGE = `npm run bench -- [options]
  --only NAME     only the peers and workloads of this name, or whose names begin so; may be given several times
  --quick         fewer and shorter rounds; takes about three minutes
  --rounds N      how often all is measured; default 5, with --quick 3
                  (once for what is run only where it is named, as --only fleet, which takes about six minutes)
  --json FILE     writes the figures as JSON
  --write         writes docs/performance.md; a full run does so anyway
  --profile DIR   leaves a CPU profile of every process
`;

const ROUNDS = 5;
const QUICK_ROUNDS = 3;

/**
 * @throws Error with what is wrong.
 */
export function benchOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string", multiple: true, default: [] },
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      json: { type: "string" },
      write: { type: "boolean", default: false },
      profile: { type: "string" },
    },
  });
  const { only, quick, write } = values;
  const rounds = values.rounds === undefined ? (quick ? QUICK_ROUNDS : ROUNDS) : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds wants a whole number from 1");
  const isFull = only.length === 0 && !quick && rounds >= ROUNDS && values.profile === undefined;
  return {
    only: only.flatMap((names) => names.split(",")),
    quick,
    rounds,
    areRoundsGiven: values.rounds !== undefined,
    jsonFile: values.json,
    write: write || isFull,
    profileDir: values.profile,
  };
}
