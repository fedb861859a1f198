import { type Command } from "commander";
import { type MethodContract } from "../../contract/service-contract";
import { methodArguments } from "../contract/method-arguments";
import { parseCount, parseMs } from "../contract/arguments";
import { methodNamed } from "../contract/members";
import { addDeviceOptions, type DeviceOptions } from "../lookup/device-options";
import { type OpenedDevice, withDevice } from "../lookup/opened-device";
import { UsageError } from "../program/exit-code";
import { newCommand } from "../program/new-command";
import { type Session } from "../program/session";
import { printable } from "../terminal/printable";
import { SignalPrinter } from "../terminal/signal-printer";

interface StreamOptions extends DeviceOptions {
  readonly count?: string;
  readonly latest?: boolean;
  readonly timeout?: string;
}

export function streamCommand(session: Session): Command {
  const command = newCommand("stream", {
    description: "Prints the items of a stream method as they come, until Ctrl-C.",
    examples: [
      ["rigwire stream stage trace --latest", "arrays are drawn as lines; what is too much is left out"],
      ["rigwire stream stage trace --count 10 --json", "ten items, with all their numbers"],
    ],
    notes: "The device is asked for no more than what is printed.",
  })
    .argument("<device>", "a URL or a name")
    .argument("<method>", "its name on the network or in the device's class")
    .argument("[arg...]", "JSON or plain words")
    .option("--latest", "the newest item each time, with the count of those that were left out")
    .option("--count <n>", "end after so many items")
    .option("--timeout <ms>", "how long each item is waited for (default: what the device says)")
    .action((device: string, method: string, args: string[], options: StreamOptions) =>
      withDevice(session, device, options, (opened) => stream(session, opened, method, args, options)),
    );
  return addDeviceOptions(command);
}

async function stream(
  session: Session,
  device: OpenedDevice,
  name: string,
  args: readonly string[],
  options: StreamOptions,
): Promise<void> {
  const { output, signal } = session;
  const method = streamNamed(device, name);
  const count = options.count === undefined ? Infinity : parseCount(options.count, "--count");
  const timeoutMs = options.timeout === undefined ? undefined : parseMs(options.timeout, "--timeout");
  const items = device.client.stream(
    method,
    methodArguments(device, method, args),
    {},
    {
      signal,
      ...(timeoutMs !== undefined && { timeoutMs }),
    },
  );
  const what = `${printable(device.name)}.${printable(method.wireName)}`;
  output.note(output.notePaint.dim(`reading ${what}; Ctrl-C ends it`));
  const print = printer(session, method, options.latest === true);
  let printed = 0;
  try {
    for await (const item of options.latest === true ? items.latest() : items) {
      print(item);
      printed += 1;
      if (printed >= count) return;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (!signal.aborted) output.note(output.notePaint.dim(`${what} has ended after ${printed} items`));
}

function streamNamed(device: OpenedDevice, name: string): MethodContract {
  const method = methodNamed(device, name);
  if (method.stream !== undefined) return method;
  throw new UsageError(`${device.name}.${name} is no stream: use rigwire call`);
}

function printer({ output }: Session, method: MethodContract, isLatest: boolean): (item: unknown) => void {
  const lines = new SignalPrinter(output, [method]);
  return (item) => {
    const { value, skipped } = isLatest ? apart(item) : { value: item, skipped: 0 };
    if (output.json) {
      const left = isLatest ? { skipped } : {};
      output.record({ time: new Date().toISOString(), item: value ?? null, ...left });
      return;
    }
    if (skipped > 0) output.note(output.notePaint.dim(`${skipped} left out`));
    lines.print(method, value);
  };
}

/** The newest item, and how many were left out before it, which an object carries itself. */
function apart(item: unknown): { readonly value: unknown; readonly skipped: number } {
  const { value, skipped } = item as { readonly value?: unknown; readonly skipped: number };
  const isCarried = Object.getOwnPropertyDescriptor(item, "skipped")?.enumerable === false;
  return { value: isCarried ? item : value, skipped };
}
