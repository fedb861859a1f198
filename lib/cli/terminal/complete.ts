import { type Command } from "commander";
import { type JsonSchema } from "../../contract/rule-keywords";
import { type MemberContract } from "../../contract/service-contract";
import { pause } from "../../time/pause";
import { SETTINGS_ACTIONS } from "../contract/device-settings";
import { typedChoices } from "../contract/choices";
import { describedMember, parameterAt } from "../contract/described-member";
import { COMMANDS } from "../program/command-list";
import { ChosenKeys } from "../keys/chosen-keys";
import { commandLogger } from "../program/command-logger";
import { type DeviceOptions } from "../lookup/device-options";
import { Lookup } from "../lookup/lookup";
import { lookupPlaces } from "../lookup/lookup-options";
import { type OpenedDevice, withDevice } from "../lookup/opened-device";
import { printable } from "./printable";
import { type Session } from "../program/session";

/** What a shell offers, with a word about it. */
interface Candidate {
  readonly text: string;
  readonly about: string;
}

/** Longer than this nobody waits for a completion, in milliseconds. */
const ANSWER_WITHIN_MS = 1_500;

/** What a command takes after its options: a device, then members of it. */
const MEMBERS: Readonly<Record<string, MemberFilter | undefined>> = {
  call: (member) => member.kind === "method" && member.stream === undefined,
  stream: (member) => member.kind === "method" && member.stream !== undefined,
  get: (member) => member.kind === "property",
  set: (member) => member.kind === "property",
  watch: (member) => member.kind === "signal",
};

type MemberFilter = (member: MemberContract) => boolean;

/** Commands that take one member only, and values for it. */
const ONE_MEMBER = new Set(["call", "set", "stream"]);

const TAKES_DEVICE = new Set([
  "inspect",
  "call",
  "get",
  "set",
  "settings",
  "watch",
  "stream",
  "types",
  "diff",
  "ping",
  "stats",
]);

/**
 * Prints what may stand at the end of a command line, a candidate a line: its text, a tab, a word about it.
 *
 * @param args - The words of the line after the program's name, the unfinished one last; `--` before them.
 */
export async function printCompletions(session: Session, args: readonly string[]): Promise<void> {
  const words = args[0] === "--" ? args.slice(1) : args;
  const unfinished = words.at(-1) ?? "";
  const found = Promise.race([
    candidates(session, words.slice(0, -1), unfinished),
    nothingAfter(ANSWER_WITHIN_MS),
  ]);
  for (const { text, about } of await found.catch(() => [])) {
    if (text.startsWith(unfinished)) session.output.line(`${printable(text)}\t${printable(about)}`);
  }
}

async function nothingAfter(ms: number): Promise<readonly Candidate[]> {
  await pause(ms, { ref: false });
  return [];
}

async function candidates(
  session: Session,
  before: readonly string[],
  unfinished: string,
): Promise<readonly Candidate[]> {
  const position = before.findIndex((word) => !word.startsWith("-"));
  const name = before[position];
  const entry = COMMANDS.find((command) => command.name === name);
  if (name === undefined && unfinished.startsWith("-")) return GLOBAL_OPTIONS;
  if (name === undefined || name === "help") return commandCandidates();
  if (entry === undefined) return [];
  const command = await entry.load(session);
  const { values, open, options } = readWords(command, before.slice(position + 1));
  if (open) return [];
  if (unfinished.startsWith("-")) return optionCandidates(command);
  if (name === "completion") return values.length === 0 ? ["bash", "zsh", "fish"].map(plain) : [];
  if (!TAKES_DEVICE.has(name)) return [];
  const [device, ...members] = values;
  if (device === undefined) return deviceCandidates(session, options);
  if (name === "settings" && members.length === 0) return SETTINGS_ACTIONS.map(plain);
  const isWanted = MEMBERS[name];
  if (isWanted === undefined) return [];
  const [member, ...given] = members;
  if (ONE_MEMBER.has(name) && member !== undefined) {
    return valueCandidates(session, device, options, member, given.length);
  }
  return memberCandidates(session, device, options, isWanted, members);
}

function commandCandidates(): readonly Candidate[] {
  return COMMANDS.map(({ name, summary }) => ({ text: name, about: summary }));
}

function plain(text: string): Candidate {
  return { text, about: "" };
}

const HELP: Candidate = { text: "--help", about: "how to use it" };

const GLOBAL_OPTIONS: readonly Candidate[] = [HELP, { text: "--version", about: "print the version" }];

function optionCandidates(command: Command): readonly Candidate[] {
  const options = command.options.map(({ long, description }) => ({ text: long ?? "", about: description }));
  return [...options, HELP];
}

/** The words after a command: what are values, what are options, whether the last one waits for its value. */
function readWords(command: Command, words: readonly string[]) {
  const values: string[] = [];
  const options: Record<string, string | boolean> = {};
  let open = false;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    const option = command.options.find(({ long, short }) => long === word || short === word);
    if (option === undefined) {
      if (!word.startsWith("--")) values.push(word);
      continue;
    }
    const value = option.required ? words[++index] : undefined;
    open = option.required && value === undefined;
    if (!open) options[option.attributeName()] = value ?? true;
  }
  return { values, open, options };
}

async function deviceCandidates({ output }: Session, options: DeviceOptions): Promise<readonly Candidate[]> {
  const keys = ChosenKeys.read(options, process.env);
  const lookup = await Lookup.open(lookupPlaces(options, process.env), keys, commandLogger(output));
  try {
    const { devices } = await lookup.find({});
    return devices.map(({ name, type, url }) => ({ text: name, about: `${type} ${url}`.trim() }));
  } finally {
    await lookup.close();
  }
}

function memberCandidates(
  session: Session,
  where: string,
  options: DeviceOptions,
  isWanted: MemberFilter,
  taken: readonly string[],
): Promise<readonly Candidate[]> {
  return withDevice(session, where, options, ({ contract }) => {
    const members = [...contract.members.values()].filter(isWanted);
    return Promise.resolve(
      members
        .filter(({ wireName }) => !taken.includes(wireName))
        .map(({ wireName, description }) => ({ text: wireName, about: description ?? "" })),
    );
  });
}

/** The choices of a property's value, or of a method's argument at a place, as far as the device tells them. */
function valueCandidates(
  session: Session,
  where: string,
  options: DeviceOptions,
  name: string,
  place: number,
): Promise<readonly Candidate[]> {
  return withDevice(session, where, options, (device) => {
    const members = [...device.contract.members.values()];
    const member = members.find(({ wireName, member }) => wireName === name || member === name);
    return Promise.resolve(typedChoices(valueSchema(device, member, place)).map(plain));
  });
}

function valueSchema(
  device: OpenedDevice,
  member: MemberContract | undefined,
  place: number,
): JsonSchema | undefined {
  if (member?.kind === "method") return parameterAt(device, member.wireName, place)?.schema;
  const isWritable = member?.kind === "property" && !member.readonly && place === 0;
  return isWritable ? describedMember(device, member.wireName)?.schema : undefined;
}
