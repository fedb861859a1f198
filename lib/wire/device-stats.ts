import { MalformedMessageError } from "../errors";
import { decodeDurations, type Durations } from "./durations";
import { isObject } from "./message";

/** How a member is used: a method that is called, a stream that is opened, a property that is read or set. */
export type MemberUse = "call" | "stream" | "get" | "set";

/** What became of the requests for one member since its server started. */
export interface MemberStats {
  /** Its name on the wire. A property has two entries where it can be set. */
  readonly member: string;
  readonly use: MemberUse;
  /** Requests that came in. */
  readonly calls: number;
  /** Those that the device carried out, or began to, and answered with a failure. */
  readonly failures: number;
  /**
   * Those that did not reach the device: too many waited, their time had passed, their caller gave them up, or what they
   * asked for did not fit.
   */
  readonly refusals: number;
  /** Those that wait for their turn at this moment. */
  readonly waiting: number;
  /** Those that run at this moment. */
  readonly running: number;
  /** How long requests waited for their turn. */
  readonly wait: Durations;
  /** How long they ran; of a stream, how long it was open. */
  readonly run: Durations;
  /** What requests took on the wire; of those that came together, each its share. */
  readonly bytesIn: number;
  /** What replies took, and items and progress. */
  readonly bytesOut: number;
  /** Items of a stream that were sent; 0 for what is none. */
  readonly items: number;
}

/** What became of one signal since its server started. */
export interface SignalStats {
  /** Its name on the wire. */
  readonly signal: string;
  /** How often the device emitted it, as far as the server listened: an Observable only while somebody is subscribed. */
  readonly emitted: number;
  /** How often it went to those who had subscribed. */
  readonly sent: number;
  /** How often a subscriber missed one, because it had left too many unread; as far as its transport tells. */
  readonly missed: number;
}

/** How late the event loop of a server's process comes to what it has to do, since that process began to serve. */
export interface EventLoopStats {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** What the process of a server takes of the computer's memory, in bytes. */
export interface MemoryStats {
  /** All of it that is in memory. */
  readonly residentBytes: number;
  /** What JavaScript's objects take. */
  readonly heapBytes: number;
}

/** What a device counted since its server started: the reply to `STATS`. An addition. */
export interface DeviceStats {
  /** How long the server has been there, in milliseconds. */
  readonly upMs: number;
  /** Clients that are connected; `null` where the transport does not tell. */
  readonly connections: number | null;
  readonly members: readonly MemberStats[];
  readonly signals: readonly SignalStats[];
  /** Of the process; left out where it cannot be measured. */
  readonly eventLoop?: EventLoopStats;
  /** Of the process; left out where it cannot be measured. */
  readonly memory?: MemoryStats;
}

/**
 * Reads the reply to `STATS`. What is missing in it counts as none.
 *
 * @throws MalformedMessageError where it is none.
 */
export function decodeDeviceStats(reply: Readonly<Record<string, unknown>>): DeviceStats {
  const { upMs, connections, members, signals, eventLoop, memory } = reply;
  if (typeof upMs !== "number" || !Array.isArray(members)) {
    throw new MalformedMessageError("the reply has no stats");
  }
  return {
    upMs,
    connections: typeof connections === "number" ? connections : null,
    members: members.flatMap(decodeMember),
    signals: Array.isArray(signals) ? signals.flatMap(decodeSignal) : [],
    ...(isObject(eventLoop) && { eventLoop: counts(eventLoop, "p50Ms", "p99Ms", "maxMs") }),
    ...(isObject(memory) && { memory: counts(memory, "residentBytes", "heapBytes") }),
  };
}

const USES: readonly unknown[] = ["call", "stream", "get", "set"] satisfies readonly MemberUse[];

function isUse(value: unknown): value is MemberUse {
  return USES.includes(value);
}

function decodeMember(value: unknown): MemberStats | [] {
  if (!isObject(value)) return [];
  const { member, use } = value;
  if (typeof member !== "string" || !isUse(use)) return [];
  return {
    member,
    use,
    ...counts(value, "calls", "failures", "refusals", "waiting", "running"),
    wait: decodeDurations(value.wait),
    run: decodeDurations(value.run),
    ...counts(value, "bytesIn", "bytesOut", "items"),
  };
}

function decodeSignal(value: unknown): SignalStats | [] {
  if (!isObject(value) || typeof value.signal !== "string") return [];
  return { signal: value.signal, ...counts(value, "emitted", "sent", "missed") };
}

/** What is no number counts as 0. */
function counts<Key extends string>(
  value: Readonly<Record<string, unknown>>,
  ...keys: readonly Key[]
): Record<Key, number> {
  const entries = keys.map((key) => [key, Number.isFinite(value[key]) ? value[key] : 0]);
  return Object.fromEntries(entries) as Record<Key, number>;
}
