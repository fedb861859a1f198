import { EchoTimeoutError, EventTimeoutError, type RigProgress } from "rigwire";

const CURSOR_UP = (lines: number) => `\x1b[${lines}A`;
const CLEAR_LINE = "\x1b[2K";
const CELL_WIDTH = 10;

/** The events as a person calls them, in the order of an experiment. */
const COLUMNS: ReadonlyMap<string, string> = new Map([
  ["EXPINIT", "init"],
  ["EXPSTART", "start"],
  ["EXPSTATUS", "status"],
  ["EXPEND", "stop"],
  ["EXPCLEANUP", "cleanup"],
  ["EXPINTERRUPT", "interrupt"],
]);

/** Where the table is written: stdout, or what a test looks at. */
export interface TableOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/**
 * Shows which rig has answered which event: on a terminal as a table that is drawn anew with each answer, elsewhere a
 * line an answer.
 */
export class RigTable {
  private readonly rounds = new Map<string, RigProgress>();
  private linesDrawn = 0;

  constructor(private readonly output: TableOutput) {}

  /** Takes what `RigServices.progress$` tells. */
  show(progress: RigProgress): void {
    const event = COLUMNS.get(progress.name.split(" | ")[0] ?? "") ?? progress.name;
    const before = this.rounds.get(event);
    this.rounds.set(event, progress);
    if (this.output.isTTY === true) this.draw(progress.rigs);
    else this.print(event, progress, before);
  }

  private draw(rigs: readonly string[]): void {
    const events = [...COLUMNS.values()].filter((event) => event !== "interrupt" || this.rounds.has(event));
    const header = row("", events);
    const rows = rigs.map((rig) =>
      row(
        rig,
        events.map((event) => stateOf(rig, this.rounds.get(event))),
      ),
    );
    const up = this.linesDrawn === 0 ? "" : CURSOR_UP(this.linesDrawn);
    this.output.write(up + [header, ...rows].map((line) => `${CLEAR_LINE}${line}\n`).join(""));
    this.linesDrawn = rows.length + 1;
  }

  private print(event: string, progress: RigProgress, before: RigProgress | undefined): void {
    const earlier = before === undefined || before.finished ? undefined : before;
    for (const rig of progress.rigs) {
      const state = stateOf(rig, progress);
      if (state === WAITING || state === stateOf(rig, earlier)) continue;
      const answer = progress.answers.get(rig);
      const said = answer === undefined ? "" : answer.map((part) => JSON.stringify(part)).join(" ");
      this.output.write(`${row(event, [rig, state])}${said}\n`);
    }
  }
}

const WAITING = "...";

function stateOf(rig: string, round: RigProgress | undefined): string {
  if (round === undefined) return "";
  if (round.answers.has(rig)) return "ok";
  const failure = round.failures.get(rig);
  if (failure === undefined) return round.skipped.includes(rig) ? "not asked" : WAITING;
  const isSilent = failure instanceof EchoTimeoutError || failure instanceof EventTimeoutError;
  return isSilent ? "SILENT" : "FAILED";
}

function row(head: string, cells: readonly string[]): string {
  return [head, ...cells].map((cell) => cell.padEnd(CELL_WIDTH)).join("");
}
