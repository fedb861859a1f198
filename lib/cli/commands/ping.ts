import { type Command } from "commander";
import { CallAbortedError, messageOf } from "../../errors";
import { pause } from "../../time/pause";
import { parseCount, parseMs } from "../contract/arguments";
import { CommandEnd, EXIT, UsageError } from "../program/exit-code";
import { addDeviceOptions, type DeviceOptions } from "../lookup/device-options";
import { printHealth } from "../lookup/health-round";
import { newCommand } from "../program/new-command";
import { type OpenedDevice, wayTo, withDevice } from "../lookup/opened-device";
import { printable } from "../terminal/printable";
import { roundTrip, roundTripStatistics } from "../lookup/round-trip";
import { type Session } from "../program/session";
import { NumberCourse } from "../terminal/sparkline";
import { formatMs, preciseMs } from "../terminal/units";

interface PingOptions extends DeviceOptions {
  readonly count: string;
  readonly interval: string;
  readonly health?: boolean;
}

const ANSWER_WITHIN_MS = 2_000;
const COURSE_LENGTH = 30;

export function pingCommand(session: Session): Command {
  const command = newCommand("ping", {
    description: "Measures round-trip times: asks the device who it is, which does nothing to it.",
    examples: [
      ["rigwire ping camera --count 100 --interval 10", "a hundred, as fast as makes sense"],
      ["rigwire ping camera stage --health", "whether each can do its work; ends with 1 where one cannot"],
    ],
  })
    .argument("<device...>", "a URL or a name; several with --health")
    .option("--count <n>", "how many times", "10")
    .option("--interval <ms>", "time between them", "200")
    .option("--health", "ask whether the devices can do their work, instead")
    .action((devices: string[], options: PingOptions) => {
      if (options.health === true) return printHealth(session, devices, options);
      const [device = "", ...others] = devices;
      if (others.length > 0) throw new UsageError("one device at a time is measured; --health takes several");
      const count = parseCount(options.count, "--count");
      const intervalMs = parseMs(options.interval, "--interval");
      return withDevice(session, device, options, (opened) => ping(session, opened, count, intervalMs));
    });
  return addDeviceOptions(command);
}

async function ping(
  session: Session,
  device: OpenedDevice,
  count: number,
  intervalMs: number,
): Promise<void> {
  const { output, signal } = session;
  const { dim, green, red } = output.paint;
  const times: number[] = [];
  const course = new NumberCourse(COURSE_LENGTH);
  if (!output.json) output.line(`${printable(device.name)} at ${printable(wayTo(device))}`);
  let sent = 0;
  while (sent < count && !signal.aborted) {
    if (sent > 0) await pause(intervalMs, { signal });
    if (isStopped(signal)) break;
    sent += 1;
    try {
      const { ms } = await roundTrip(device.client, ANSWER_WITHIN_MS, signal);
      times.push(ms);
      course.add(ms);
      if (output.json) output.record({ ping: sent, ms: preciseMs(ms) });
      else
        output.line(`${dim(String(sent).padStart(4))}  ${formatMs(ms).padStart(8)}${picture(output.isLive)}`);
    } catch (error) {
      if (error instanceof CallAbortedError) {
        sent -= 1;
        break;
      }
      if (output.json) output.record({ ping: sent, error: messageOf(error) });
      else output.line(`${dim(String(sent).padStart(4))}  ${red(printable(messageOf(error)))}`);
    }
  }
  summarize(session, device, sent, times);

  function picture(isLive: boolean): string {
    return isLive ? `  ${green(course.toString())}` : "";
  }
}

/** Asked through a function: it changes while something is waited for. */
function isStopped(signal: AbortSignal): boolean {
  return signal.aborted;
}

function summarize(
  { output }: Session,
  { road }: OpenedDevice,
  sent: number,
  times: readonly number[],
): void {
  const received = times.length;
  const counts = { sent, received, ...(road !== undefined && { road }) };
  if (received > 0) {
    const statistics = roundTripStatistics(times);
    const { minMs, medianMs, p95Ms, maxMs } = statistics;
    if (output.json) output.record({ ...counts, ...statistics });
    else {
      const { bold } = output.paint;
      const facts = `min ${formatMs(minMs)}, median ${bold(formatMs(medianMs))}, 95 % ${formatMs(p95Ms)}, max ${formatMs(maxMs)}`;
      output.line(`${received} of ${sent} answered: ${facts}`);
    }
  } else if (output.json) output.record(counts);
  else output.line(`0 of ${sent} answered`);
  if (received === 0 && sent > 0) throw new CommandEnd(EXIT.notReachable);
}
