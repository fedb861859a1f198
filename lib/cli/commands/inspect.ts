import { type Command } from "commander";
import {
  type MethodContract,
  type PropertyContract,
  type SignalContract,
} from "../../contract/service-contract";
import { type JsonSchema } from "../../contract/rule-keywords";
import { messageOf } from "../../errors";
import { type ParameterDescription } from "../../wire/member-description";
import { isObject } from "../../wire/message";
import { type MemberUser } from "../../wire/member-users";
import { describedMember } from "../contract/described-member";
import { seenText, userText } from "../contract/member-users";
import { activityOf } from "../lookup/activity";
import { addDeviceOptions, type DeviceOptions } from "../lookup/device-options";
import { newCommand } from "../program/new-command";
import { type OpenedDevice, wayTo, withDevice } from "../lookup/opened-device";
import { printable } from "../terminal/printable";
import { type PropertyReading, readProperties } from "../contract/read-properties";
import { type Session } from "../program/session";
import { withSpinner } from "../terminal/spinner";
import { fitted } from "../terminal/table";
import { wrappedRows } from "../terminal/wrap";
import { formatMs } from "../terminal/units";
import { readingRecord, readingText } from "../contract/reading-text";
import { schemaNote } from "../contract/schema-notes";
import { schemaTypeName } from "../contract/schema-type-name";

interface InspectOptions extends DeviceOptions {
  readonly users?: boolean;
}

export function inspectCommand(session: Session): Command {
  const command = newCommand("inspect", {
    description: "Shows what a device can do: methods, properties with their values, signals.",
    examples: [
      ["rigwire inspect camera", "one page about it"],
      ["rigwire inspect camera --users", "and which programs use what of it"],
    ],
    notes:
      "A Python original tells names and timeouts only; parameters and types are shown where a device tells them.\n" +
      "Users are the programs that said so themselves since the device's process was started, those that are gone included.",
  })
    .argument("<device>", "a URL or a name")
    .option("--users", "show which programs use which members")
    .action((device: string, options: InspectOptions) =>
      withDevice(session, device, options, (opened) => inspect(session, opened, options.users === true)),
    );
  return addDeviceOptions(command);
}

async function inspect(session: Session, device: OpenedDevice, withUsers: boolean): Promise<void> {
  const { contract, client } = device;
  const reading = readProperties(client, [...contract.properties.values()], session.signal);
  const properties = await withSpinner(session.output, "reading properties", reading);
  const users = withUsers ? await client.users({ signal: session.signal }) : undefined;
  if (session.output.json)
    session.output.record({ ...recordOf(device, properties), ...(users && { users }) });
  else print(session, device, properties);
  if (withUsers && users === undefined)
    session.output.note(`${printable(device.name)} does not know who uses it`);
  else if (users !== undefined && !session.output.json) printUsers(session, users);
}

function printUsers({ output }: Session, users: readonly MemberUser[]): void {
  const { bold, cyan, dim } = output.paint;
  const rows = users.map((user) => [
    cyan(printable(userText(user))),
    dim(seenText(user)),
    printable(user.members.join(", ")),
  ]);
  output.line(`\n${bold("users")}${rows.length === 0 ? dim("  none since it was started") : ""}`);
  for (const line of wrappedRows(rows, output.columns - 2)) output.line(`  ${line}`);
}

function print({ output }: Session, device: OpenedDevice, properties: readonly PropertyReading[]): void {
  const { bold, dim } = output.paint;
  const { contract, inventory, name } = device;
  const kind = inventory.rigwire === undefined ? "a Python original" : `rigwire ${inventory.rigwire.version}`;
  const facts = [contract.type === "" ? "" : `type ${contract.type}`, wayTo(device), kind]
    .filter((fact) => fact !== "")
    .map(printable);
  output.line(`${bold(printable(name))}  ${facts.join(dim(" · "))}`);
  const activity = activityOf(inventory.rigwire);
  if (activity !== "") output.line(printable(activity));
  const sections = [
    ["methods", [...contract.methods.values()].map((method) => methodRow(output, device, method))],
    ["properties", properties.map((reading) => propertyRow(output, device, reading))],
    ["signals", [...contract.signals.values()].map((signal) => signalRow(output, device, signal))],
    ...classSection(output, device),
  ] as const;
  for (const [title, rows] of sections) {
    output.line(`\n${bold(title)}${rows.length === 0 ? dim("  none") : ""}`);
    for (const line of wrappedRows(rows, output.columns - 2)) output.line(`  ${line}`);
  }
}

type Colours = Session["output"];

function methodRow({ paint }: Colours, device: OpenedDevice, method: MethodContract): readonly string[] {
  const { wireName, result } = method;
  const { cyan, dim } = paint;
  const described = describedMember(device, wireName);
  const parameters = described?.parameters?.map(parameterText).join(", ") ?? dim("…");
  const given = typed(described?.returns ?? (result === "buffer" ? "bytes" : ""), described?.returnsSchema);
  const stream = described?.stream === undefined ? "" : ` ${dim("→")} ${printable(described.stream)}…`;
  const returns = given === "" ? stream : ` ${dim("→")} ${printable(given)}`;
  const tells =
    described?.progress === undefined
      ? ""
      : `progress: ${typed(described.progress, described.progressSchema)}`;
  const notes = [
    result === "stream" ? "stream" : paceOf(method),
    tells,
    described?.description ?? "",
    ...(described?.parameters ?? []).map(aboutParameter),
  ].filter((note) => note !== "");
  return [
    `${cyan(printable(wireName))}(${parameters})${returns}`,
    dim(waitOf(method)),
    notes.map(printable).join("; "),
  ];
}

function waitOf({ timeoutMs, idleMs }: MethodContract): string {
  if (idleMs !== undefined) return `timeout ${formatMs(idleMs)} without progress`;
  return timeoutMs === null ? "no timeout" : `timeout ${formatMs(timeoutMs)}`;
}

function paceOf({ concurrent, interrupts }: MethodContract): string {
  if (interrupts) return "interrupts";
  return concurrent ? "at once" : "";
}

function parameterText({ name, type, optional, rest, schema }: ParameterDescription): string {
  const declared = rest === true ? `...${name}` : `${name}${optional ? "?" : ""}`;
  return printable(`${declared}: ${typed(type, schema)}`);
}

/** What its author wrote of it. */
function aboutParameter({ name, schema }: ParameterDescription): string {
  return typeof schema?.description === "string" ? `${name}: ${schema.description}` : "";
}

/** A type with what else is known of its values: `number 0…100 mm`. */
function typed(type: string, schema: JsonSchema | undefined): string {
  return [type, schemaNote(schema, type.includes('"'))].filter((part) => part !== "").join(" ");
}

/** The classes that members take and give, with their fields; nothing where there are none. */
function classSection({ paint }: Colours, { inventory }: OpenedDevice) {
  const classes = Object.entries(inventory.rigwire?.definitions ?? {});
  const rows = classes.map(([name, schema]) => [
    paint.cyan(printable(name)),
    printable(fieldsOf(schema).join(", ")),
  ]);
  return rows.length === 0 ? [] : [["classes", rows] as const];
}

function fieldsOf({ properties, required }: JsonSchema): readonly string[] {
  const isRequired = (name: string) => Array.isArray(required) && required.includes(name);
  return Object.entries(isObject(properties) ? properties : {}).map(([name, schema]) => {
    const type = isObject(schema) ? typed(schemaTypeName(schema), schema) : "any";
    return `${name}${isRequired(name) ? "" : "?"}: ${type}`;
  });
}

function propertyRow({ paint }: Colours, device: OpenedDevice, reading: PropertyReading): readonly string[] {
  const { cyan, dim, red } = paint;
  const { wireName, readonly } = reading.property;
  const described = describedMember(device, wireName);
  const value =
    "error" in reading
      ? red(printable(messageOf(reading.error)))
      : fitted(readingText(reading, described?.schema, paint), WIDEST_VALUE);
  const notes = [
    readonly ? "read only" : "",
    described?.persist === true ? "kept across restarts" : "",
    described?.notify === undefined ? "" : `tells ${described.notify}`,
    described?.description ?? "",
  ].filter((note) => note !== "");
  return [
    cyan(printable(wireName)),
    value,
    dim(printable(typed(described?.type ?? "", described?.schema))),
    notes.map(printable).join("; "),
  ];
}

const WIDEST_VALUE = 60;

function signalRow(
  { paint }: Colours,
  device: OpenedDevice,
  { wireName }: SignalContract,
): readonly string[] {
  const described = describedMember(device, wireName);
  const types =
    described?.arguments
      ?.map((type, index) => printable(typed(type, described.schemas?.[index])))
      .join(", ") ?? paint.dim("…");
  return [`${paint.cyan(printable(wireName))}(${types})`, printable(described?.description ?? "")];
}

function recordOf(device: OpenedDevice, properties: readonly PropertyReading[]): object {
  const { contract, inventory, name, url, road } = device;
  return {
    name,
    url,
    ...(road !== undefined && { road }),
    type: contract.type,
    ...(inventory.rigwire !== undefined && { rigwire: inventory.rigwire.version }),
    ...(inventory.rigwire?.running && { running: inventory.rigwire.running }),
    ...(inventory.rigwire?.closing && { closing: true }),
    methods: [...contract.methods.values()].map((method) => methodRecord(device, method)),
    properties: properties.map((reading) => propertyRecord(device, reading)),
    signals: [...contract.signals.values()].map(({ wireName }) => ({
      ...describedMember(device, wireName),
      name: wireName,
    })),
    ...(inventory.rigwire !== undefined && { definitions: inventory.rigwire.definitions }),
  };
}

function methodRecord(device: OpenedDevice, { wireName, result, timeoutMs }: MethodContract): object {
  return { ...describedMember(device, wireName), name: wireName, result, timeoutMs };
}

function propertyRecord(device: OpenedDevice, reading: PropertyReading): object {
  const { wireName }: PropertyContract = reading.property;
  const told = "error" in reading ? { error: messageOf(reading.error) } : readingRecord(reading);
  return { ...describedMember(device, wireName), name: wireName, ...told };
}
