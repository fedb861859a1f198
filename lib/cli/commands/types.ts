import { type Command, Option } from "commander";
import { type RpcClient } from "../../client/rpc-client";
import { contractClassName, contractSource } from "../contract/contract-source";
import { DOCUMENTS, documentText, FORMS } from "../contract/exports/formats";
import { pythonClassName, pythonModule } from "../contract/exports/python/python-module";
import { readProperties } from "../contract/read-properties";
import { type ToldContract } from "../contract/told-contract";
import { leftToOwnProgram, withContract } from "../lookup/contract-place";
import { addDeviceOptions, type DeviceOptions } from "../lookup/device-options";
import { UsageError } from "../program/exit-code";
import { newCommand } from "../program/new-command";
import { type Session } from "../program/session";
import { printableLines } from "../terminal/printable";

interface TypesOptions extends DeviceOptions {
  readonly as: string;
  readonly class?: string;
}

export function typesCommand(session: Session): Command {
  const command = newCommand("types", {
    description:
      "Prints the contract of a device, also of a Python one, for TypeScript and for other programs.",
    examples: [
      ["rigwire types camera > camera-contract.ts", 'then: connect(CameraContract, "tcp://…")'],
      ["rigwire types camera.ts --as json-schema", "of a class, without a device"],
      ["rigwire types camera --as inventory > camera.json", "to be compared later: rigwire diff"],
    ],
  })
    .argument("<device>", "a URL, a name, the file of a class (FILE#CLASS), or a saved inventory (.json)")
    .addOption(new Option("--as <form>", "what it is printed as").choices([...FORMS]).default(FORMS[0]))
    .option("--class <name>", "what the class is called (default: after the device's type)")
    .action(async (place: string, options: TypesOptions) => {
      if (await leftToOwnProgram([place])) return;
      await withContract(session, place, options, (told, client) => types(session, told, client, options));
    });
  return addDeviceOptions(command);
}

async function types(
  { output, signal }: Session,
  told: ToldContract,
  client: RpcClient | undefined,
  { as, class: named }: TypesOptions,
): Promise<void> {
  const document = DOCUMENTS[as];
  if (document !== undefined) {
    const text = documentText(document(told));
    output.raw(printableLines(output.json ? `${JSON.stringify(JSON.parse(text))}\n` : text));
    return;
  }
  const className = named ?? (as === "python" ? pythonClassName(told) : contractClassName(told));
  if (!/^[A-Za-z_$][\w$]*$/.test(className))
    throw new UsageError(`--class ${className}: that is no name for a class`);
  const source = printableLines(
    as === "python"
      ? pythonModule(told, className)
      : contractSource(told, className, await values(told, client, signal)),
  );
  if (output.json) output.record({ className, source });
  else output.raw(source);
}

/** A rigwire device tells the types of its properties; another shows them by their values. */
async function values(
  { contract, inventory }: ToldContract,
  client: RpcClient | undefined,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, unknown>> {
  if (inventory.rigwire !== undefined || client === undefined) return new Map();
  const read = await readProperties(client, [...contract.properties.values()], signal);
  return new Map(
    read.flatMap((reading) =>
      "value" in reading ? [[reading.property.wireName, reading.value] as const] : [],
    ),
  );
}
