import { type Command } from "commander";
import { CallAbortedError } from "../../errors";
import { type MethodContract } from "../../contract/service-contract";
import { parseKeyword, parseMs, parseValue } from "../contract/arguments";
import { expectWritable, sensibleName, writeBeside, writeNamed } from "../terminal/buffer-file";
import { argumentType, keywordType } from "../contract/described-member";
import { addDeviceOptions, type DeviceOptions } from "../lookup/device-options";
import { methodNamed } from "../contract/members";
import { fateOf } from "../lookup/aborted-call";
import { newCommand } from "../program/new-command";
import { type OpenedDevice, withDevice } from "../lookup/opened-device";
import { type Session } from "../program/session";
import { printable } from "../terminal/printable";
import { withProgressLine } from "../terminal/progress-line";
import { formatBytes, formatMs, preciseMs } from "../terminal/units";
import { bareValueText, valueText } from "../contract/value-text";

interface CallCommandOptions extends DeviceOptions {
  readonly kw?: readonly string[];
  readonly timeout?: string;
  readonly out?: string;
}

export function callCommand(session: Session): Command {
  const command = newCommand("call", {
    description: "Calls a method once. Prints its result; bytes go to a file.",
    examples: [
      ["rigwire call turntable rotateTo 90", "numbers, true, null and JSON are read as such"],
      ["rigwire call camera get_image --out plant.jpg", "bytes into a file"],
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
  const byPlace = argumentsOf(device, method, args);
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
  const result = await withProgressLine(output, label, run).catch(async (error: unknown) => {
    if (error instanceof CallAbortedError && signal.aborted) await tellFate(output, device, method);
    throw error;
  });
  const ms = performance.now() - startedAt;
  if (isBytes(result)) await keepBytes({ output, signal }, device, method, result, ms, options.out);
  else if (output.json) output.record({ result: result ?? null, ms: preciseMs(ms) });
  else if (result !== null && result !== undefined) output.line(bareValueText(result, output.paint));
  else output.note(output.notePaint.dim(`done in ${formatMs(ms)}`));
}

async function tellFate(
  output: Session["output"],
  device: OpenedDevice,
  method: MethodContract,
): Promise<void> {
  const fate = await fateOf(device, method);
  if (fate !== undefined) output.note(`${device.name}: ${fate}`);
}

function argumentsOf(
  device: OpenedDevice,
  { wireName }: MethodContract,
  args: readonly string[],
): readonly unknown[] {
  return args.map((text, place) =>
    parseValue(text, argumentType(device, wireName, place), `argument ${place + 1}`),
  );
}

function keywordsOf(
  device: OpenedDevice,
  { wireName }: MethodContract,
  keywords: readonly string[],
): Readonly<Record<string, unknown>> {
  const given = keywords.map((text) => {
    const { name, value } = parseKeyword(text);
    return [name, parseValue(value, keywordType(device, wireName, name), `--kw ${name}`)] as const;
  });
  return Object.fromEntries(given);
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
