import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { CHART, PERFORMANCE_PAGE } from "../places";
import { type Results } from "../results";
import { buffersId } from "../workloads/buffers";
import { callsInFlightId, ONE_AT_A_TIME } from "../workloads/calls";
import { signalsId } from "../workloads/signals";
import { barChart } from "./chart";
import { type Machine, machineText } from "./machine";
import { markdownTables } from "./markdown-table";
import { metricRows } from "./rows";

/** What stands between these is written by every full run; the rest of the page is left alone. */
const BEGIN = "<!-- figures: begin -->";
const END = "<!-- figures: end -->";

const CHARTED = [callsInFlightId(128), ONE_AT_A_TIME, buffersId(1_000_000), signalsId(1)];

const NEW_PAGE = `# Performance

\`npm run bench\` measures rigwire beside other ways to call a function in another process, on the computer where it
runs: client and server in a process each, every peer echoes the same object of about 60 bytes of JSON, all peers once
a round, round after round, each round beginning with another peer. A full run takes about an hour and writes this page;
\`-- --quick\` takes about three minutes, \`-- --only NAME\` measures only what is named so.
Fleets of 10,000 devices are measured only by \`-- --only fleet\`; [fleet.md](fleet.md#scale) has their figures.

- “rigwire” is what a user gets who asks for nothing; its other rows are roads that one asks for by an address.
- Every other peer is written as its documentation shows, with a client on this computer. “JSON” rows are a protocol
  written by hand, a message an object. NestJS, Moleculer, gRPC, NATS, Cap'n Web and tRPC count as frameworks.
- Each figure is taken after a warm-up. Every answer is read and looked into, by all peers alike.
- A flooding client keeps 1,000 calls under way; the light one, in a process of its own, makes one call now and then.
- The 1,000 clients are connections of their own out of one process, with a call each under way. The memory per client
  is what the server's resident memory grew by when they connected and were answered once, divided by 1,000.
- What a peer does not offer, it is not measured in.

${BEGIN}
${END}
`;

/** Writes docs/performance.md and its chart. */
export function writePerformancePage(results: Results, rounds: number, machine: Machine): void {
  mkdirSync(dirname(CHART), { recursive: true });
  const charted = metricRows(results).filter(({ metric }) => CHARTED.includes(metric.id));
  writeFileSync(CHART, barChart(charted));
  const page = existsSync(PERFORMANCE_PAGE) ? readFileSync(PERFORMANCE_PAGE, "utf8") : NEW_PAGE;
  const [before, rest = ""] = page.split(BEGIN);
  const after = rest.split(END)[1] ?? "\n";
  writeFileSync(
    PERFORMANCE_PAGE,
    `${before ?? ""}${BEGIN}\n\n${figures(results, rounds, machine)}\n\n${END}${after}`,
  );
}

function figures(results: Results, rounds: number, machine: Machine): string {
  return [
    `${machineText(machine)} Medians of ${rounds} rounds; the spread is half of the way from the lowest to the highest ` +
      "round. “rigwire ahead” says how many times as good rigwire's figure is as the peer's; below 1.00 the peer is better.",
    "![Figures of the benchmark as bars](images/performance.svg)",
    markdownTables(results),
  ].join("\n\n");
}
