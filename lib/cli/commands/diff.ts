import { type Command } from "commander";
import { contractChanges, type ContractChange, type Verdict } from "../contract/diff/contract-changes";
import { type MemberUser } from "../../wire/member-users";
import { seenText, userText, usersOfMember } from "../contract/member-users";
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
      "Where A or B is a running device, the programs are named that use what is broken, as far as it knows.\n" +
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
  const [before, after] = [await askContract(session, a, options), await askContract(session, b, options)];
  const users = before.users ?? after.users;
  const changes = contractChanges(before.told, after.told).map((change) => withUsers(change, users));
  if (session.output.json) for (const change of changes) session.output.record(change);
  else print(session, changes);
  if (changes.some(({ verdict }) => verdict !== "compatible")) throw new CommandEnd(EXIT.refused);
}

/** A contract, and who uses it; nobody is known where it is no running device's, or the device does not know. */
function askContract(session: Session, place: string, options: DeviceOptions) {
  return withContract(session, place, options, async (told, client) => ({
    told,
    users: await client?.users({ signal: session.signal }),
  }));
}

/** A change, and the programs that are known to use what it breaks; nothing where no device was asked. */
interface JudgedChange extends ContractChange {
  readonly usedBy?: readonly MemberUser[];
}

function withUsers(change: ContractChange, users: readonly MemberUser[] | undefined): JudgedChange {
  if (users === undefined || change.verdict !== "breaks callers") return change;
  return { ...change, usedBy: usersOfMember(users, change.member) };
}

/** The worst first. */
const VERDICTS: readonly Verdict[] = ["breaks callers", "breaks devices", "compatible"];

function print({ output }: Session, changes: readonly JudgedChange[]): void {
  const { bold, cyan, green, red } = output.paint;
  for (const verdict of VERDICTS) {
    const rows = changes
      .filter((change) => change.verdict === verdict)
      .map((change) => [
        cyan(change.member === "" ? "the service" : printable(change.member)),
        printable(`${change.reason}${usersText(change)}`),
      ]);
    if (rows.length === 0) continue;
    output.line(bold(verdict === "compatible" ? green(verdict) : red(verdict)));
    for (const line of wrappedRows(rows, output.columns - 2)) output.line(`  ${line}`);
  }
  if (changes.length === 0) output.line(green("nothing differs"));
}

function usersText({ usedBy }: JudgedChange): string {
  if (usedBy === undefined) return "";
  if (usedBy.length === 0) return "; no program is known to use it";
  return `; used by ${usedBy.map((user) => `${userText(user)}, ${seenText(user)}`).join("; ")}`;
}
