import { type Command } from "commander";
import { contractClassName, contractSource } from "../contract/contract-source";
import { UsageError } from "../program/exit-code";
import { addDeviceOptions, type DeviceOptions } from "../lookup/device-options";
import { newCommand } from "../program/new-command";
import { type OpenedDevice, withDevice } from "../lookup/opened-device";
import { readProperties } from "../contract/read-properties";
import { type Session } from "../program/session";
import { printableLines } from "../terminal/printable";

interface TypesOptions extends DeviceOptions {
  readonly class?: string;
}

export function typesCommand(session: Session): Command {
  const command = newCommand("types", {
    description: "Prints a TypeScript contract class for a device that is running, also for a Python one.",
    examples: [["rigwire types camera > camera-contract.ts", 'then: connect(CameraContract, "tcp://…")']],
  })
    .argument("<device>", "a URL or a name")
    .option("--class <name>", "what the class is called (default: after the device's type)")
    .action((device: string, options: TypesOptions) =>
      withDevice(session, device, options, (opened) => types(session, opened, options)),
    );
  return addDeviceOptions(command);
}

async function types(
  { output, signal }: Session,
  device: OpenedDevice,
  { class: className = contractClassName(device) }: TypesOptions,
): Promise<void> {
  if (!/^[A-Za-z_$][\w$]*$/.test(className))
    throw new UsageError(`--class ${className}: that is no name for a class`);
  const source = printableLines(contractSource(device, className, await values(device, signal)));
  if (output.json) output.record({ className, source });
  else output.raw(source);
}

/** A rigwire device tells the types of its properties; another shows them by their values. */
async function values(
  { client, contract, inventory }: OpenedDevice,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, unknown>> {
  if (inventory.rigwire !== undefined) return new Map();
  const read = await readProperties(client, [...contract.properties.values()], signal);
  return new Map(
    read.flatMap((reading) =>
      "value" in reading ? [[reading.property.wireName, reading.value] as const] : [],
    ),
  );
}
