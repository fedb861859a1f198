import { type Command } from "commander";
import { CallAbortedError } from "../../errors";
import { ChosenKeys } from "../keys/chosen-keys";
import { commandLogger } from "../program/command-logger";
import { addDeviceOptions, type DeviceOptions } from "../lookup/device-options";
import { DeviceSurvey } from "../lookup/device-survey";
import { deviceTable } from "../lookup/device-table";
import { watchDevices } from "../lookup/device-watch";
import { printError } from "../terminal/error-line";
import { CommandEnd, exitCodeOf } from "../program/exit-code";
import { Lookup, type LookupResult } from "../lookup/lookup";
import { lookupPlaces } from "../lookup/lookup-options";
import { newCommand } from "../program/new-command";
import { printable } from "../terminal/printable";
import { type Session } from "../program/session";
import { withSpinner } from "../terminal/spinner";

interface DevicesOptions extends DeviceOptions {
  readonly type?: string;
  readonly watch?: boolean;
}

export function devicesCommand(session: Session): Command {
  const command = newCommand("devices", {
    description: "Lists the devices that are known, and asks each whether it answers.",
    examples: [
      ["rigwire devices --type camera", "the cameras that this computer's processes advertise"],
      ["rigwire devices --watch --registry tcp://10.0.0.1:5555", "those of a registry, live"],
    ],
  })
    .option("--type <type>", "only devices of this type")
    .option("--watch", "go on until Ctrl-C: a table that is kept up to date, or a line for each change")
    .action((options: DevicesOptions) => devices(session, options));
  return addDeviceOptions(command);
}

async function devices(session: Session, { type, watch = false, ...options }: DevicesOptions): Promise<void> {
  const places = lookupPlaces(options, process.env);
  const keys = ChosenKeys.read(options, process.env);
  const lookup = await Lookup.open(places, keys, commandLogger(session.output));
  const survey = new DeviceSurvey(session, keys);
  const query = type === undefined ? {} : { type };
  try {
    if (watch) await watchDevices(session, lookup, survey, query);
    else await list(session, lookup, survey, query);
  } finally {
    await Promise.all([survey.close(), lookup.close()]);
  }
}

async function list(
  { output, signal }: Session,
  lookup: Lookup,
  survey: DeviceSurvey,
  query: { readonly type?: string },
): Promise<void> {
  const found = await withSpinner(output, `asking ${lookup.description}`, lookup.findAny(query));
  for (const failure of found.failures) printError(failure.error, output);
  const surveyed = await withSpinner(output, "asking the devices", survey.ask(sorted(found)));
  if (signal.aborted) throw new CallAbortedError("stopped before every device was asked");
  if (output.json) for (const device of surveyed) output.record(device);
  else if (surveyed.length > 0) for (const line of deviceTable(surveyed, output.paint)) output.line(line);
  else output.note(nothingFound(lookup, found, query.type));
  if (found.failures[0] !== undefined) throw new CommandEnd(exitCodeOf(found.failures[0].error));
}

function sorted({ devices: found }: LookupResult) {
  return [...found].sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
}

function nothingFound(lookup: Lookup, found: LookupResult, type: string | undefined): string {
  const what = type === undefined ? "no device" : `no device of type "${printable(type)}"`;
  const elsewhere = lookup.otherOptions === "" ? "" : `; look elsewhere with ${lookup.otherOptions}`;
  return `${what} in ${lookup.answering(found)}${elsewhere}`;
}
