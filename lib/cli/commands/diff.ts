import { type Command } from "commander";
import { contractChanges, type ContractChange, type Verdict } from "../contract/diff/contract-changes";
import { leftToOwnProgram, withContract } from "../lookup/contract-place";
import { addDeviceOptions, type DeviceOptions } from "../lookup/device-options";
import { CommandEnd, EXIT } from "../program/exit-code";
import { newCommand } from "../program/new-command";
import { type Session } from "../program/session";
import { printable } from "../terminal/printable";
import { wrappedRows } from "../terminal/wrap";

export function diffCommand(session: Session): Command {
  const command = newCommand("diff", {
    description: "Says what differs between two contracts, member by member, and whom it breaks.",
    examples: [
      ["rigwire diff camera.json camera.ts", "a class, against what was saved with types --as inventory"],
      [
        "rigwire diff tcp://10.0.0.7:9000 camera.ts#PiCamera",
        "a running device, against what shall replace it",
      ],
    ],
    notes:
      "A and B are a URL, a name, the file of a class (FILE#CLASS), or a saved inventory (.json).\n" +
      "What breaks callers breaks programs that were written for A, at a device that is as B;\n" +
      "what breaks devices breaks devices that still are as A, with programs written for B.\n" +
      "Exit code 0: compatible, 1: it breaks someone.",
  })
    .argument("<a>", "the contract before")
    .argument("<b>", "the contract after")
    .action(async (a: string, b: string, options: DeviceOptions) => {
      if (!(await leftToOwnProgram([a, b]))) await diff(session, a, b, options);
    });
  return addDeviceOptions(command);
}

async function diff(session: Session, a: string, b: string, options: DeviceOptions): Promise<void> {
  const before = await withContract(session, a, options, (told) => Promise.resolve(told));
  const after = await withContract(session, b, options, (told) => Promise.resolve(told));
  const changes = contractChanges(before, after);
  if (session.output.json) for (const change of changes) session.output.record(change);
  else print(session, changes);
  if (changes.some(({ verdict }) => verdict !== "compatible")) throw new CommandEnd(EXIT.refused);
}

/** The worst first. */
const VERDICTS: readonly Verdict[] = ["breaks callers", "breaks devices", "compatible"];

function print({ output }: Session, changes: readonly ContractChange[]): void {
  const { bold, cyan, green, red } = output.paint;
  for (const verdict of VERDICTS) {
    const rows = changes
      .filter((change) => change.verdict === verdict)
      .map(({ member, reason }) => [
        cyan(member === "" ? "the service" : printable(member)),
        printable(reason),
      ]);
    if (rows.length === 0) continue;
    output.line(bold(verdict === "compatible" ? green(verdict) : red(verdict)));
    for (const line of wrappedRows(rows, output.columns - 2)) output.line(`  ${line}`);
  }
  if (changes.length === 0) output.line(green("nothing differs"));
}
