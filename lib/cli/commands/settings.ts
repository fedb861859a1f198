import { existsSync, readFileSync } from "node:fs";
import { Argument, type Command } from "commander";
import { messageOf } from "../../errors";
import { isDeepEqual } from "../../platform/deep-equal";
import { replaceFile } from "../../platform/replace-file";
import {
  decodeSettings,
  encodeSettings,
  type Setting,
  type SettingsDocument,
} from "../../settings/settings-document";
import { describedMember } from "../contract/described-member";
import {
  propertyUnit,
  SETTINGS_ACTIONS,
  type SettingDifference,
  settingDifferences,
  writableProperties,
} from "../contract/device-settings";
import { measuredText } from "../contract/measured-text";
import { readProperties } from "../contract/read-properties";
import { addDeviceOptions, type DeviceOptions } from "../lookup/device-options";
import { type OpenedDevice, withDevice } from "../lookup/opened-device";
import { CommandEnd, EXIT, UsageError } from "../program/exit-code";
import { newCommand } from "../program/new-command";
import { type Session } from "../program/session";
import { printable } from "../terminal/printable";
import { withSpinner } from "../terminal/spinner";
import { wrappedRows } from "../terminal/wrap";

type Action = (typeof SETTINGS_ACTIONS)[number];

interface SettingsOptions extends DeviceOptions {
  readonly dryRun?: boolean;
}

export function settingsCommand(session: Session): Command {
  const command = newCommand("settings", {
    description:
      "Saves all properties that can be set to a file, compares them with it, or sets those that differ.",
    examples: [
      ["rigwire settings camera save night.json", "all values, with the device's type and units"],
      ["rigwire settings camera diff night.json", "exit code 1 if any differs"],
      ["rigwire settings camera apply night.json --dry-run", "what would be set"],
    ],
    notes:
      "apply sets the properties that differ, in the order of the file, and stops at the first that the device refuses.\n" +
      "Nothing is sent where the file is of another type of device, or names what cannot be set.",
  })
    .argument("<device>", "a URL or a name")
    .addArgument(new Argument("<action>", "what to do").choices(SETTINGS_ACTIONS))
    .argument("<file>", "the file of settings")
    .option("--dry-run", "with apply: print what would be set, and set nothing")
    .action(async (where: string, action: Action, path: string, options: SettingsOptions) => {
      if (options.dryRun === true && action !== "apply")
        throw new UsageError(`--dry-run is for apply, not ${action}`);
      await perform(session, where, action, path, options);
    });
  return addDeviceOptions(command);
}

async function perform(
  session: Session,
  where: string,
  action: Action,
  path: string,
  options: SettingsOptions,
): Promise<void> {
  if (action === "save") {
    // Before the device is asked: what is no file of settings is not written over.
    if (existsSync(path)) readSettings(path);
    await withDevice(session, where, options, (device) => save(session, device, path));
    return;
  }
  const document = readSettings(path);
  await withDevice(session, where, options, async (device) => {
    requireSameType(device, document, path);
    const comparing = settingDifferences(device, document, session.signal);
    const differences = await withSpinner(session.output, "reading", comparing);
    if (action === "diff") printDifferences(session, device, differences);
    else await apply(session, device, differences, options.dryRun === true);
  });
}

async function save({ output, signal }: Session, device: OpenedDevice, path: string): Promise<void> {
  const reading = readProperties(device.client, writableProperties(device), signal);
  const readings = await withSpinner(output, "reading", reading);
  const settings = new Map<string, Setting>();
  for (const { property, ...read } of readings) {
    if ("error" in read) {
      output.note(`${printable(property.wireName)} is not saved: ${printable(messageOf(read.error))}`);
      continue;
    }
    const unit = propertyUnit(device, property);
    settings.set(property.wireName, { value: read.value, ...(unit !== undefined && { unit }) });
  }
  const { name, contract } = device;
  await replaceFile(
    path,
    encodeSettings({ type: contract.type, name, time: new Date().toISOString(), settings }),
  );
  const left = readings.length - settings.size;
  if (output.json) output.record({ file: path, saved: [...settings.keys()], left });
  else
    output.line(
      `${path}: ${settings.size} ${settings.size === 1 ? "property" : "properties"} of ${printable(name)}`,
    );
  if (left > 0) throw new CommandEnd(EXIT.refused);
}

/** @throws UsageError if it is no file of settings. */
function readSettings(path: string): SettingsDocument {
  if (!existsSync(path)) {
    throw new UsageError(`there is no file ${path}: save one with rigwire settings DEVICE save ${path}`);
  }
  try {
    return decodeSettings(readFileSync(path, "utf8"));
  } catch (error) {
    throw new UsageError(`${path} is no file of settings: ${messageOf(error)}`, {}, { cause: error });
  }
}

/** One type's speed is not another's. */
function requireSameType({ name, contract }: OpenedDevice, { type }: SettingsDocument, path: string): void {
  if (type === "" || contract.type === "" || type === contract.type) return;
  throw new UsageError(
    `${path} has the settings of a device of type ${type}, and ${name} is a ${contract.type}`,
  );
}

function printDifferences(
  { output }: Session,
  device: OpenedDevice,
  differences: readonly SettingDifference[],
): void {
  if (output.json) differences.forEach((difference) => output.record(recordOf(difference)));
  else {
    const { cyan, red, dim } = output.paint;
    const rows = differences.map((difference) => [
      cyan(printable(difference.property)),
      `${valueOn(output, device, difference)} ${dim("→")} ${valueInFile(output, device, difference)}`,
      difference.problem === undefined ? "" : red(printable(difference.problem)),
    ]);
    for (const line of wrappedRows(rows, output.columns)) output.line(line);
    if (rows.length === 0) output.line("nothing differs");
  }
  if (differences.length > 0) throw new CommandEnd(EXIT.refused);
}

async function apply(
  session: Session,
  device: OpenedDevice,
  differences: readonly SettingDifference[],
  isDryRun: boolean,
): Promise<void> {
  const { output } = session;
  const wanted = differences.flatMap(applicable);
  const [bad] = differences.filter(({ problem }) => problem !== undefined);
  if (bad !== undefined) {
    throw new UsageError(
      `${device.name}.${bad.property}: ${bad.problem ?? ""}; nothing was set: correct the file`,
    );
  }
  const done: string[] = [];
  for (const { contract, setting, difference } of wanted) {
    const { property } = difference;
    try {
      const now = isDryRun ? setting.value : await setAndRead(session, device, contract, setting.value);
      printApplied(session, device, difference, now, isDryRun);
      done.push(property);
    } catch (error) {
      const others = wanted.slice(done.length + 1).map((each) => each.difference.property);
      output.note(`stopped at ${printable(property)}; set before: ${list(done)}; not set: ${list(others)}`);
      throw error;
    }
  }
  if (wanted.length === 0 && !output.json) output.line("nothing differs");
}

/** What can be set of a difference. */
function applicable(difference: SettingDifference) {
  const { contract, wanted: setting, problem } = difference;
  if (contract === undefined || setting === undefined || problem !== undefined) return [];
  return [{ contract, setting, difference }];
}

/** A setter may make another value of what it gets: what counts is what the device has then. */
async function setAndRead(
  { output, signal }: Session,
  { client }: OpenedDevice,
  contract: Parameters<OpenedDevice["client"]["set"]>[0],
  value: unknown,
): Promise<unknown> {
  await withSpinner(output, printable(contract.wireName), client.set(contract, value, { signal }));
  const [reading] = await readProperties(client, [contract], signal);
  return reading !== undefined && "value" in reading ? reading.value : value;
}

function printApplied(
  { output }: Session,
  device: OpenedDevice,
  difference: SettingDifference,
  now: unknown,
  isDryRun: boolean,
): void {
  if (output.json) {
    output.record({ ...recordOf(difference), ...(isDryRun ? { dryRun: true } : { now }) });
    return;
  }
  const { cyan, dim, red } = output.paint;
  const change = `${valueOn(output, device, difference)} ${dim("→")} ${valueInFile(output, device, difference)}`;
  const isAsWanted = isDeepEqual(now, difference.wanted?.value);
  const other = isAsWanted ? "" : red(`  it is ${textOf(output, device, difference.property, now)} now`);
  output.line(`${isDryRun ? "would set " : ""}${cyan(printable(difference.property))}  ${change}${other}`);
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.map(printable).join(", ");
}

type Colours = Session["output"];

function valueOn(output: Colours, device: OpenedDevice, difference: SettingDifference): string {
  if (difference.contract === undefined) return output.paint.dim("not there");
  if (!("value" in difference)) return output.paint.dim("not readable");
  return textOf(output, device, difference.property, difference.value);
}

function valueInFile(output: Colours, device: OpenedDevice, { property, wanted }: SettingDifference): string {
  if (wanted === undefined) return output.paint.dim("not in the file");
  return textOf(output, device, property, wanted.value);
}

function textOf({ paint }: Colours, device: OpenedDevice, property: string, value: unknown): string {
  return measuredText(value, describedMember(device, property)?.schema, paint);
}

function recordOf({ property, wanted, problem, ...device }: SettingDifference): object {
  return {
    property,
    ...("value" in device && { device: device.value }),
    ...(wanted !== undefined && { file: wanted.value }),
    ...(problem !== undefined && { problem }),
  };
}
