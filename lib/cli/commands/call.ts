import { type Command } from "commander";
import { CallAbortedError } from "../../errors";
import { type MethodContract } from "../../contract/service-contract";
import { parseKeyword, parseMs, parseValue } from "../contract/arguments";
import { chosenValue } from "../contract/choices";
import { expectWritable, sensibleName, writeBeside, writeNamed } from "../terminal/buffer-file";
import { describedMember, parameterNamed } from "../contract/described-member";
import { isSendableArray, type Sendable } from "../../wire/array-reference";
import { isObject } from "../../wire/message";
import { arrayFile, partName } from "../terminal/array-file";
import { printable } from "../terminal/printable";
import { UsageError } from "../program/exit-code";
import { addDeviceOptions, type DeviceOptions } from "../lookup/device-options";
import { methodNamed } from "../contract/members";
import { methodArguments } from "../contract/method-arguments";
import { fateOf } from "../lookup/aborted-call";
import { newCommand } from "../program/new-command";
import { type OpenedDevice, withDevice } from "../lookup/opened-device";
import { type Session } from "../program/session";
import { withProgressLine } from "../terminal/progress-line";
import { formatBytes, formatMs, preciseMs } from "../terminal/units";
import { measuredText } from "../contract/measured-text";
import { bareValueText, valueText } from "../contract/value-text";

interface CallCommandOptions extends DeviceOptions {
  readonly kw?: readonly string[];
  readonly timeout?: string;
  readonly out?: string;
}

export function callCommand(session: Session): Command {
  const command = newCommand("call", {
    description: "Calls a method once. Prints its result; bytes go to a file, arrays to one that is named.",
    examples: [
      ["rigwire call turntable rotateTo 90", "numbers, true, null and JSON are read as such"],
      ["rigwire call camera get_image --out plant.jpg", "bytes into a file"],
      ["rigwire call spectrometer measure --out dark.npy", "an array for numpy; .csv for a table"],
      ["rigwire call camera get_image --kw lores=true", "an argument by its name"],
    ],
    notes:
      "A value is JSON where it can be read as JSON, else plain words. The call is sent\n" +
      "at most once. A terminal shows its progress, where the method tells any. Ctrl-C gives\n" +
      "the call up, and says whether the device still runs it.",
  })
    .argument("<device>", "a URL or a name")
    .argument("<method>", "its name on the network or in the device's class")
    .argument("[arg...]", "JSON or plain words")
    .option("--kw <name=value>", "an argument by its name; may be repeated", collect)
    .option("--timeout <ms>", "how long the result is waited for (default: what the device says)")
    .option("--out <file>", "where bytes go; - is stdout (default: a name from what they are)")
    .action((device: string, method: string, args: string[], options: CallCommandOptions) =>
      withDevice(session, device, options, (opened) => call(session, opened, method, args, options)),
    );
  return addDeviceOptions(command);
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

async function call(
  { output, signal }: Session,
  device: OpenedDevice,
  name: string,
  args: readonly string[],
  options: CallCommandOptions,
): Promise<void> {
  const method = methodNamed(device, name);
  if (method.stream !== undefined) {
    throw new UsageError(`${device.name}.${name} is a stream: use rigwire stream`);
  }
  const byPlace = methodArguments(device, method, args);
  const byName = keywordsOf(device, method, options.kw ?? []);
  const timeoutMs = options.timeout === undefined ? undefined : parseMs(options.timeout, "--timeout");
  if (options.out !== undefined && options.out !== "-") await expectWritable(options.out);
  const startedAt = performance.now();
  const run = device.client.run(method, byPlace, byName, {
    signal,
    progress: output.canSpin,
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  const label = `${printable(device.name)}.${printable(method.wireName)}`;
  const schema = describedMember(device, method.wireName)?.progressSchema;
  const result = await withProgressLine(output, label, schema, run).catch(async (error: unknown) => {
    if (error instanceof CallAbortedError && signal.aborted) await tellFate(output, device, method);
    throw error;
  });
  const ms = performance.now() - startedAt;
  const arrays = arraysOf(result);
  if (arrays.size > 0 && options.out !== undefined) {
    await keepArrays({ output, signal }, arrays, result, ms, options.out);
    return;
  }
  if (isBytes(result)) await keepBytes({ output, signal }, device, method, result, ms, options.out);
  else if (output.json) output.record({ result: result ?? null, ms: preciseMs(ms) });
  else if (result !== null && result !== undefined) output.line(resultText(output, device, method, result));
  else output.note(output.notePaint.dim(`done in ${formatMs(ms)}`));
}

/** With its unit where a person looks; bare for scripts. */
function resultText(
  { isLive, paint }: Session["output"],
  device: OpenedDevice,
  { wireName }: MethodContract,
  result: unknown,
): string {
  if (!isLive || typeof result === "string") return bareValueText(result, paint);
  return measuredText(result, describedMember(device, wireName)?.returnsSchema, paint);
}

async function tellFate(
  output: Session["output"],
  device: OpenedDevice,
  method: MethodContract,
): Promise<void> {
  const fate = await fateOf(device, method);
  if (fate !== undefined) output.note(`${device.name}: ${fate}`);
}

function keywordsOf(
  device: OpenedDevice,
  { wireName }: MethodContract,
  keywords: readonly string[],
): Readonly<Record<string, unknown>> {
  const given = keywords.map((text) => {
    const { name, value } = parseKeyword(text);
    const parameter = parameterNamed(device, wireName, name);
    const parsed = parseValue(value, parameter?.type, `--kw ${name}`);
    const place = `${device.name}.${wireName}: ${name}`;
    return [name, chosenValue(parameter?.schema, value, parsed, place)] as const;
  });
  return Object.fromEntries(given);
}

/** The arrays of a result that files can be made of: one alone under the empty name, else by their names. */
function arraysOf(result: unknown): ReadonlyMap<string, Sendable> {
  if (isSendableArray(result)) return new Map([["", result]]);
  if (Array.isArray(result)) {
    const [first] = result as readonly unknown[];
    return new Map(!isBytes(result) && result.length === 2 && isSendableArray(first) ? [["", first]] : []);
  }
  const members = isObject(result) ? Object.entries(result) : [];
  return new Map(
    members.flatMap(([name, value]) => (isSendableArray(value) ? [[name, value] as const] : [])),
  );
}

async function keepArrays(
  { output }: Session,
  arrays: ReadonlyMap<string, Sendable>,
  result: unknown,
  ms: number,
  out: string,
): Promise<void> {
  if (out === "-") {
    if (arrays.size > 1)
      throw new UsageError("several arrays do not go to stdout: name a file, --out FILE.npy");
    for (const array of arrays.values()) output.raw(arrayFile("-", array));
    return;
  }
  for (const [name, array] of arrays) {
    const file = name === "" ? out : partName(out, name);
    const data = arrayFile(file, array);
    await writeNamed(file, data);
    const about = name === "" ? {} : { name };
    if (output.json) output.record({ file, ...about, bytes: data.length, ms: preciseMs(ms) });
    else
      output.line(
        `${output.paint.bold(printable(file))}  ${formatBytes(data.length)}  ${valueText(array, output.paint)}`,
      );
  }
  const rest = besideArrays(result);
  if (!output.json && rest !== undefined) output.line(valueText(rest, output.paint));
}

/** What a result holds besides its arrays; nothing where there is nothing. */
function besideArrays(result: unknown): unknown {
  if (Array.isArray(result)) return result[1] as unknown;
  if (!isObject(result) || isSendableArray(result)) return undefined;
  const others = Object.entries(result).filter(([, value]) => !isSendableArray(value));
  return others.length === 0 ? undefined : Object.fromEntries(others);
}

function isBytes(result: unknown): result is readonly [data: Buffer, info: unknown] {
  return Array.isArray(result) && result.length === 2 && Buffer.isBuffer(result[0]);
}

async function keepBytes(
  { output }: Session,
  device: OpenedDevice,
  { wireName }: MethodContract,
  [data, info]: readonly [data: Buffer, info: unknown],
  ms: number,
  out: string | undefined,
): Promise<void> {
  if (out === "-" && !output.json) {
    output.raw(data);
    return;
  }
  const file =
    out === undefined || out === "-"
      ? await writeBeside(sensibleName(device.name, wireName, data, info), data)
      : await writeNamed(out, data);
  if (output.json) {
    output.record({ file, bytes: data.length, ms: preciseMs(ms), info });
    return;
  }
  const { bold } = output.paint;
  const size = `${formatBytes(data.length)} in ${formatMs(ms)}`;
  output.line(`${bold(file)}  ${size}  ${valueText(info, output.paint)}`);
}
