import { type DeviceStats, type MemberStats } from "../../wire/device-stats";
import { durationsSince } from "../../wire/durations";
import { type Paint } from "./colours";
import { printable } from "./printable";
import { tableLines } from "./table";
import { formatBytes, formatMs } from "./units";

const HEADS = [
  "member",
  "",
  "calls",
  "failed",
  "refused",
  "waiting",
  "running",
  "waited",
  "",
  "ran",
  "",
  "in",
  "out",
];
const SUB_HEADS = ["", "", "", "", "", "", "", "p50", "p99", "p50", "p99", "", ""];

const PER_SECOND = 1_000;

/**
 * What a device counted, as lines for people.
 *
 * @param before - What it had counted earlier: then calls, bytes and durations are those since, the first two for each
 *   second. Left out: they are those since its server started.
 */
export function statsLines(now: DeviceStats, paint: Paint, before?: DeviceStats): readonly string[] {
  const { dim } = paint;
  const isSame = before !== undefined && before.upMs <= now.upMs;
  const seconds = isSame ? Math.max(now.upMs - before.upMs, 1) / PER_SECOND : undefined;
  const used = now.members.filter(({ calls }) => calls > 0);
  const rows = used.map((member) =>
    rowOf(member, paint, isSame ? sameMember(before, member) : undefined, seconds),
  );
  const unused = now.members.length - used.length;
  return [
    ...(used.length > 0 ? tableLines([HEADS.map(dim), SUB_HEADS.map(dim), ...rows]) : []),
    ...(unused > 0 ? [dim(`${unused} of ${now.members.length} uses of members were never asked for`)] : []),
    ...signalLines(now, paint),
    processLine(now),
  ];
}

function sameMember({ members }: DeviceStats, { member, use }: MemberStats): MemberStats | undefined {
  return members.find((earlier) => earlier.member === member && earlier.use === use);
}

function rowOf(
  now: MemberStats,
  { red, yellow, bold }: Paint,
  before: MemberStats | undefined,
  seconds: number | undefined,
): readonly string[] {
  const run = before === undefined ? now.run : durationsSince(now.run, before.run);
  const wait = before === undefined ? now.wait : durationsSince(now.wait, before.wait);
  const calls =
    before === undefined || seconds === undefined ? now.calls : (now.calls - before.calls) / seconds;
  const of = (count: number, colour: (text: string) => string) => (count > 0 ? colour(String(count)) : "0");
  const bytes = (key: "bytesIn" | "bytesOut") =>
    before === undefined || seconds === undefined
      ? formatBytes(now[key])
      : `${formatBytes(Math.round((now[key] - before[key]) / seconds))}/s`;
  return [
    printable(now.member),
    now.use,
    bold(before === undefined ? String(calls) : `${rounded(calls)}/s`),
    of(now.failures, red),
    of(now.refusals, yellow),
    of(now.waiting, yellow),
    String(now.running),
    ...[wait.p50Ms, wait.p99Ms].map((ms) => (wait.count > 0 ? formatMs(ms) : "–")),
    ...[run.p50Ms, run.p99Ms].map((ms) => (run.count > 0 ? formatMs(ms) : "–")),
    bytes("bytesIn"),
    bytes("bytesOut"),
  ];
}

function signalLines({ signals }: DeviceStats, { red }: Paint): readonly string[] {
  return signals
    .filter(({ emitted }) => emitted > 0)
    .map(({ signal, emitted, sent, missed }) => {
      const lost = missed > 0 ? `, ${red(`${missed} missed`)}` : "";
      return `${printable(signal)}  signal, ${emitted} emitted, ${sent} sent${lost}`;
    });
}

function processLine({ upMs, connections, eventLoop, memory }: DeviceStats): string {
  return [
    `up ${formatMs(upMs)}`,
    connections === null ? "connections unknown" : `${connections} connected`,
    ...(eventLoop === undefined
      ? []
      : [
          `event loop late by ${formatMs(eventLoop.p50Ms)}, 99 % ${formatMs(eventLoop.p99Ms)}, max ${formatMs(eventLoop.maxMs)}`,
        ]),
    ...(memory === undefined
      ? []
      : [`memory ${formatBytes(memory.residentBytes)}, heap ${formatBytes(memory.heapBytes)}`]),
  ].join("; ");
}

function rounded(rate: number): string {
  return rate >= 10 || rate === 0 ? String(Math.round(rate)) : rate.toFixed(1);
}
