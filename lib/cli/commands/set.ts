import { type Command } from "commander";
import { BadValue, RemoteError } from "../../errors";
import { parseValue } from "../contract/arguments";
import { chosenValue } from "../contract/choices";
import { describedMember } from "../contract/described-member";
import { addDeviceOptions, type DeviceOptions } from "../lookup/device-options";
import { propertyNamed } from "../contract/members";
import { newCommand } from "../program/new-command";
import { type OpenedDevice, withDevice } from "../lookup/opened-device";
import { printable } from "../terminal/printable";
import { type Session } from "../program/session";
import { withSpinner } from "../terminal/spinner";
import { measuredText } from "../contract/measured-text";

export function setCommand(session: Session): Command {
  const command = newCommand("set", {
    description: "Sets a property, reads it back and prints what it is now.",
    examples: [
      ["rigwire set camera mode VIDEO", "plain words"],
      ["rigwire set camera resolution '[1920, 1080]'", "JSON, in quotes for the shell"],
    ],
  })
    .argument("<device>", "a URL or a name")
    .argument("<property>", "its name on the network or in the device's class")
    .argument("<value>", "JSON or plain words")
    .action((device: string, property: string, value: string, options: DeviceOptions) =>
      withDevice(session, device, options, (opened) => set(session, opened, property, value)),
    );
  return addDeviceOptions(command);
}

async function set(
  { output, signal }: Session,
  device: OpenedDevice,
  name: string,
  text: string,
): Promise<void> {
  const property = propertyNamed(device, name);
  const { wireName } = property;
  const { type, schema } = describedMember(device, wireName) ?? {};
  const parsed = parseValue(text, type, wireName);
  const value = chosenValue(schema, text, parsed, `${device.name}.${wireName}`);
  const setting = device.client.set(property, value, { signal });
  await withSpinner(output, printable(wireName), setting);
  const now = await readBack(device.client.get(property, { signal }));
  if (output.json) output.record({ property: wireName, ...now });
  else if ("value" in now)
    output.line(`${printable(wireName)} = ${measuredText(now.value, schema, output.paint)}`);
  else output.line(`${printable(wireName)} is set; it cannot be read`);
}

/** A property that can be set need not be readable. */
async function readBack(reading: Promise<unknown>): Promise<{ readonly value?: unknown }> {
  try {
    return { value: await reading };
  } catch (error) {
    if (error instanceof RemoteError || error instanceof BadValue) return {};
    throw error;
  }
}
