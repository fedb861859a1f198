import { type Command } from "commander";
import { type Reading } from "../../client/timed";
import { type PropertyContract } from "../../contract/service-contract";
import { BadValue, messageOf } from "../../errors";
import { CommandEnd, EXIT } from "../program/exit-code";
import { addDeviceOptions, type DeviceOptions } from "../lookup/device-options";
import { propertyNamed } from "../contract/members";
import { newCommand } from "../program/new-command";
import { type OpenedDevice, withDevice } from "../lookup/opened-device";
import { readProperties } from "../contract/read-properties";
import { type Session } from "../program/session";
import { withSpinner } from "../terminal/spinner";
import { tableLines } from "../terminal/table";
import { describedMember } from "../contract/described-member";
import { measuredText } from "../contract/measured-text";
import { readingRecord, readingText } from "../contract/reading-text";
import { bareValueText } from "../contract/value-text";
import { printable } from "../terminal/printable";

export function getCommand(session: Session): Command {
  const command = newCommand("get", {
    description: "Reads properties; all of them where none is named. One alone is printed bare, for scripts.",
    examples: [
      ["rigwire get camera mode", "prints STILL"],
      ["rigwire get camera", "prints every property with its value"],
    ],
  })
    .argument("<device>", "a URL or a name")
    .argument("[property...]", "names on the network or in the device's class")
    .action((device: string, properties: string[], options: DeviceOptions) =>
      withDevice(session, device, options, (opened) => get(session, opened, properties)),
    );
  return addDeviceOptions(command);
}

async function get(
  { output, signal }: Session,
  device: OpenedDevice,
  names: readonly string[],
): Promise<void> {
  const { contract, client } = device;
  const wanted = names.map((name) => propertyNamed(device, name));
  const [only] = wanted;
  if (only !== undefined && wanted.length === 1) {
    const reading = await withSpinner(output, printable(only.wireName), client.read(only, { signal }));
    tellOne(output, device, only, reading);
    return;
  }
  const properties = wanted.length > 0 ? wanted : [...contract.properties.values()];
  const read = await withSpinner(output, "reading", readProperties(client, properties, signal));
  if (output.json) {
    for (const { property, ...reading } of read) {
      const told = "error" in reading ? { error: messageOf(reading.error) } : readingRecord(reading);
      output.record({ property: property.wireName, ...told });
    }
  } else {
    const { red } = output.paint;
    const rows = read.map(({ property, ...reading }) => [
      printable(property.wireName),
      "error" in reading
        ? red(printable(messageOf(reading.error)))
        : readingText(reading, describedMember(device, property.wireName)?.schema, output.paint),
    ]);
    for (const line of tableLines(rows)) output.line(line);
    if (read.length === 0) output.note(`${device.name} has no properties`);
  }
  if (read.some((reading) => "error" in reading || reading.quality === "bad"))
    throw new CommandEnd(EXIT.refused);
}

/** A bad value is printed to nobody who might take it for a good one. */
function tellOne(
  output: Session["output"],
  device: OpenedDevice,
  property: PropertyContract,
  reading: Reading<unknown>,
): void {
  const { value, quality, reason } = reading;
  if (output.json) output.record({ property: property.wireName, ...readingRecord(reading) });
  else if (quality === "bad") {
    throw new BadValue(reason, { value }, { device: device.name, member: property.wireName });
  } else output.line(oneText(output, device, property, value));
  if (quality === "stale") output.note(output.notePaint.yellow(printable(`stale: ${reason}`)));
  if (quality === "bad") throw new CommandEnd(EXIT.refused);
}

/** With its unit where a person looks; bare for scripts. */
function oneText(
  { isLive, paint }: Session["output"],
  device: OpenedDevice,
  { wireName }: PropertyContract,
  value: unknown,
): string {
  if (!isLive || typeof value === "string") return bareValueText(value, paint);
  return measuredText(value, describedMember(device, wireName)?.schema, paint);
}
