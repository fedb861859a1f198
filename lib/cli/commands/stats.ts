import { type Command } from "commander";
import { pause } from "../../time/pause";
import { type DeviceStats } from "../../wire/device-stats";
import { parseMs } from "../contract/arguments";
import { addDeviceOptions, type DeviceOptions } from "../lookup/device-options";
import { type OpenedDevice, withDevice } from "../lookup/opened-device";
import { newCommand } from "../program/new-command";
import { type Session } from "../program/session";
import { LivePicture } from "../terminal/live-picture";
import { statsLines } from "../terminal/stats-table";

interface StatsOptions extends DeviceOptions {
  readonly watch?: boolean;
  readonly interval: string;
}

const ANSWER_WITHIN_MS = 5_000;

export function statsCommand(session: Session): Command {
  const command = newCommand("stats", {
    description:
      "Prints what a device counted since its server started: calls, failures and refusals of each member, how long " +
      "they waited and ran, bytes, signals, connections, its process.",
    examples: [
      ["rigwire stats camera", "since its server started"],
      ["rigwire stats camera --watch", "what happens now: each second anew, until Ctrl-C"],
    ],
  })
    .argument("<device>", "a URL or a name")
    .option("--watch", "go on until Ctrl-C, with what happened since the last look")
    .option("--interval <ms>", "time between two looks", "1000")
    .action((device: string, { watch = false, interval, ...options }: StatsOptions) => {
      const intervalMs = parseMs(interval, "--interval");
      return withDevice(session, device, options, (opened) =>
        watch ? watchStats(session, opened, intervalMs) : printStats(session, opened),
      );
    });
  return addDeviceOptions(command);
}

async function printStats({ output, signal }: Session, { client }: OpenedDevice): Promise<void> {
  const stats = await client.stats({ signal, timeoutMs: ANSWER_WITHIN_MS });
  if (output.json) output.record(stats);
  else for (const line of statsLines(stats, output.paint)) output.line(line);
}

async function watchStats(session: Session, { client }: OpenedDevice, intervalMs: number): Promise<void> {
  const { output, signal } = session;
  const picture = output.isLive ? new LivePicture(output) : undefined;
  let before: DeviceStats | undefined;
  try {
    while (!signal.aborted) {
      const stats = await client.stats({ signal, timeoutMs: ANSWER_WITHIN_MS });
      tell(session, picture, stats, before);
      before = stats;
      await pause(intervalMs, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    picture?.close();
  }
}

function tell(
  { output }: Session,
  picture: LivePicture | undefined,
  stats: DeviceStats,
  before: DeviceStats | undefined,
): void {
  if (output.json) {
    output.record(stats);
    return;
  }
  const lines = statsLines(stats, output.paint, before);
  if (picture !== undefined) picture.draw(lines);
  else for (const line of [...lines, ""]) output.line(line);
}
