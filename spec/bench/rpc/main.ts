import { writeFileSync } from "node:fs";
import { type BenchOptions, benchOptions, USAGE } from "./bench-options";
import { killAll } from "./processes/bench-process";
import { machine, machineText } from "./report/machine";
import { writePerformancePage } from "./report/performance-page";
import { textTable } from "./report/text-table";
import { Results } from "./results";
import { type Plan, planOf, runRounds } from "./rounds";
import { verdicts } from "./targets";

const INTERRUPTED = 130;

async function main(): Promise<void> {
  let options: BenchOptions;
  let plan: Plan;
  try {
    options = benchOptions(process.argv.slice(2));
    plan = planOf(options);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  const results = new Results();
  const computer = machine();
  process.stdout.write(`${machineText(computer)}\n\n`);
  const rounds = await runRounds(plan, options, results, (progress) => process.stderr.write(`${progress}\n`));
  process.stdout.write(`\n${textTable(results, rounds)}`);
  if (options.jsonFile !== undefined) {
    const report = {
      machine: computer,
      rounds,
      samples: results,
      targets: verdicts(results),
      failures: results.failures,
    };
    writeFileSync(options.jsonFile, `${JSON.stringify(report, undefined, 2)}\n`);
  }
  if (options.write) writePerformancePage(results, rounds, computer);
}

process.on("exit", killAll);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(INTERRUPTED));
void main();
