import { type Command } from "commander";
import { checkUp } from "../doctor/check-up";
import { CommandEnd, EXIT } from "../program/exit-code";
import { type Finding } from "../lookup/finding";
import { addAllKeyOptions, type KeyOptions, type ServerKeyOptions } from "../keys/key-options";
import { addLookupOptions, type LookupOptions } from "../lookup/lookup-options";
import { newCommand } from "../program/new-command";
import { printable } from "../terminal/printable";
import { type Session } from "../program/session";

interface DoctorOptions extends LookupOptions, KeyOptions, ServerKeyOptions {}

export function doctorCommand(session: Session): Command {
  const command = newCommand("doctor", {
    description: "Looks for what would keep devices from working on this computer, and says the cure.",
    examples: [["rigwire doctor --registry tcp://10.0.0.1:5555", "also whether that registry answers"]],
    notes: "Ends with 1 where something is broken; warnings do not count.",
  }).action((options: DoctorOptions) => doctor(session, options));
  return addAllKeyOptions(addLookupOptions(command));
}

async function doctor(session: Session, options: DoctorOptions): Promise<void> {
  let isWell = true;
  for await (const finding of checkUp(session, options)) {
    print(session, finding);
    isWell &&= finding.status !== "broken";
  }
  if (!isWell) throw new CommandEnd(EXIT.refused);
}

function print({ output }: Session, finding: Finding): void {
  if (output.json) {
    output.record(finding);
    return;
  }
  const { green, yellow, red, bold, dim } = output.paint;
  const marks = { well: green("✓"), warning: yellow("!"), broken: red("✗") } as const;
  const { status, subject, text, cure } = finding;
  output.line(`${marks[status]} ${bold(subject.padEnd(SUBJECT_WIDTH))}  ${printable(text)}`);
  if (cure !== undefined) output.line(`${" ".repeat(SUBJECT_WIDTH + 4)}${dim("→")} ${cure}`);
}

const SUBJECT_WIDTH = 16;
