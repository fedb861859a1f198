import { type Examined, type Witness } from "./examine";
import { type ConnectionCounts, type SignalCounts } from "./messages";

/** What was done to a rig, and what its parts say. */
interface ReportedRig {
  /** How often each disturbance was carried out. */
  readonly done: ReadonlyMap<string, number>;
  readonly clients: readonly Witness[];
}

/**
 * The figures of a run, for people.
 *
 * @param slow - A subscriber that is slower than what it hears, if there is one.
 */
export function reportOf(
  { done, clients }: ReportedRig,
  { verdict, signals, connections, growths }: Examined,
  slow?: Witness,
): string[] {
  const calls = [...verdict.outcomes].sort(([, one], [, other]) => other - one);
  const total = calls.reduce((sum, [, count]) => sum + count, 0);
  return [
    `disturbances   ${listed([...done])}`,
    `calls          ${total}: ${listed(calls)}`,
    `answered       ${listed(answered(clients))}`,
    `connections    ${roads(connections)} (since the last start of each)`,
    `streams        ${verdict.itemsRead} items and steps read, ${verdict.itemsSkipped} told to be left out`,
    `commands run   ${verdict.commandsRun}: ${verdict.runTwice} twice, ${verdict.runLate} after their deadline, ` +
      `${verdict.runForNobody} for a client that was killed`,
    `longest overrun of a deadline  ${verdict.longestOverrunMs.toFixed(0)} ms by the end of a call, ` +
      `${verdict.latestBeginMs.toFixed(0)} ms by its beginning`,
    `signals        ${sum(signals, "received")} received, ${sum(signals, "missed")} told to be missed` +
      (slow === undefined ? "" : ` (${countsText(signals.get(slow.process.name))} by the slow subscriber)`) +
      `, ${verdict.restartsHeard} restarts heard, ${verdict.unknowableTicks} lost with a killed device`,
    `memory         ${growths.join("; ")}`,
  ];
}

/** How many calls of each client were answered: each has a road of its own. */
function answered(clients: readonly Witness[]): (readonly [string, number])[] {
  return clients.map(({ process, journal }) => {
    const done = journal.read().filter((entry) => entry.kind === "ended" && entry.outcome === "done");
    return [`of ${process.name}`, done.length];
  });
}

function roads(connections: ReadonlyMap<string, ConnectionCounts>): string {
  return [...connections].map(([client, { all, local }]) => `${client} ${all}, ${local} local`).join("; ");
}

function listed(counts: readonly (readonly [string, number])[]): string {
  return counts.map(([what, count]) => `${count} ${what}`).join(", ");
}

function countsText({ received, missed }: SignalCounts = { received: 0, missed: 0 }): string {
  return `${received} and ${missed}`;
}

function sum(signals: ReadonlyMap<string, SignalCounts>, key: keyof SignalCounts): number {
  return [...signals.values()].reduce((total, counts) => total + counts[key], 0);
}
