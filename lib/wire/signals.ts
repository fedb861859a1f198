import { MalformedMessageError } from "../errors";
import { withArrays } from "./incoming-arrays";
import { type ArrayWriter } from "./outgoing-arrays";
import { encodeArguments } from "./arguments";
import { parseAsWritten } from "./lossless-json";
import { decodeObject } from "./message";
import { momentOf, toMicroseconds } from "./moments";

/** A signal as it arrives. */
export interface SignalMessage {
  readonly signal: string;
  readonly args: readonly unknown[];
  /** Counted per signal from 1 for each start of the server; an original sends none. */
  readonly seq: number | undefined;
  /** When it was emitted, in milliseconds on the server's clock; only where somebody wished for it. */
  readonly time: number | undefined;
}

/** The source of a signal failed, or has no more to tell. */
export interface SignalEnd {
  readonly signal: string;
  readonly isEnd: true;
  /** What it failed with; nothing where it completed. */
  readonly error: string | undefined;
  /** How many there were. */
  readonly seq: number | undefined;
}

/**
 * What every frame of one signal begins with, so that the publisher can filter for a subscriber. It holds for rigwire
 * servers only: an original writes spaces.
 */
export function signalTopic(signal: string): string {
  const beginning = signal.startsWith(ASIDE_PREFIX) ? ASIDE_BEGINNING : SIGNAL_BEGINNING;
  return `${beginning}${JSON.stringify(signal).slice(1)},`;
}

/**
 * What names that the protocol itself subscribes by begin with; no signal of a device has such a name. Their frames have
 * another event: an original hears everything, and must not take them for signals.
 */
export const ASIDE_PREFIX = "rigwire:";

const TIME_PREFIX = `${ASIDE_PREFIX}time:`;

/** What a client subscribes to that wants the moments of a signal with it. Nothing is published by this name. */
export function timesOf(signal: string): string {
  return `${TIME_PREFIX}${signal}`;
}

/** The signal whose moments are wanted; nothing where a name is another. */
export function signalOfTimes(name: string): string | undefined {
  return name.startsWith(TIME_PREFIX) ? name.slice(TIME_PREFIX.length) : undefined;
}

/** What tells that a property became stale, bad, or good again: without arguments, its reader asks for the value. */
export function qualityOf(property: string): string {
  return `${ASIDE_PREFIX}quality:${property}`;
}

/** What the frame that tells the end of one signal begins with. An original takes no notice of it. */
export function signalEndTopic(signal: string): string {
  return `{"event":"SIGNAL_END","signal":${JSON.stringify(signal)},`;
}

/** What the frames of all signals of a rigwire server begin with. */
export const SIGNAL_BEGINNING = '{"event":"EMIT_SIGNAL","signal":"';

const ASIDE_BEGINNING = '{"event":"ASIDE","signal":"';

/** The signal whose frames begin with a topic; nothing where that is more or less than one whole name. */
export function signalOfTopic(topic: string): string | undefined {
  const beginning = topic.startsWith(ASIDE_BEGINNING) ? ASIDE_BEGINNING : SIGNAL_BEGINNING;
  if (!topic.startsWith(beginning) || !topic.endsWith('",')) return undefined;
  try {
    const name: unknown = JSON.parse(topic.slice(beginning.length - 1, -1));
    return typeof name === "string" && signalTopic(name) === topic ? name : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The mark of one client: the server sees who subscribes to it (`CONFIRM_SUBSCRIPTIONS`), and sends it behind all
 * signals so far (`SIGNAL_COUNTS`).
 */
export function confirmationTopic(token: string): string {
  return `{"event":"CONFIRM","token":${JSON.stringify(token)}}`;
}

/**
 * What a subscriber subscribes to who takes the second frames of signals, with their arrays. Nothing begins with it. An
 * original would take a second frame for a further message, and gets none.
 */
export const SECOND_FRAMES = '{"event":"ARRAYS"}';

/**
 * @param topic - Of the signal: made once, since it is what every frame begins with.
 * @param arrays - Gets the arrays that travel as bytes behind the text. Left out: they are refused.
 * @param time - When it was emitted, where somebody wants to know.
 */
export function encodeSignal(
  topic: string,
  args: readonly unknown[],
  seq: number,
  arrays?: ArrayWriter,
  time?: number,
): string {
  const when = time === undefined ? "" : `,"time":${toMicroseconds(time)}`;
  return `${topic}"args":${encodeArguments(args, undefined, arrays)},"blocking":false,"seq":${seq}${when}}`;
}

/** An error is told with no more than this, in characters. */
const MAX_ERROR_LENGTH = 2_000;

/**
 * @param error - What the source failed with; nothing where it completed.
 * @param seq - How many there were.
 */
export function encodeSignalEnd(signal: string, error: string | undefined, seq: number): string {
  const told = error === undefined ? "" : `,"error":${JSON.stringify(error.slice(0, MAX_ERROR_LENGTH))}`;
  return `${signalEndTopic(signal)}"seq":${seq}${told}}`;
}

/**
 * @param maxTextBytes - The longest text that is taken, in bytes.
 * @param data - The frame behind it, with the arrays that it refers to.
 * @throws MalformedMessageError for what is neither a signal nor its end.
 */
export function decodeSignal(
  frame: Uint8Array,
  maxTextBytes?: number,
  data?: Uint8Array,
): SignalMessage | SignalEnd {
  const { event, signal, args, seq, error, time } = decodeObject(frame, maxTextBytes);
  if (event === "SIGNAL_END" && typeof signal === "string") {
    return { signal, isEnd: true, error: typeof error === "string" ? error : undefined, seq: countOf(seq) };
  }
  if ((event !== "EMIT_SIGNAL" && event !== "ASIDE") || typeof signal !== "string" || !Array.isArray(args)) {
    throw new MalformedMessageError("a published message is no signal");
  }
  if (data !== undefined) withArrays(args, data);
  return { signal, args, seq: countOf(seq), time: momentOf(time) };
}

/**
 * A signal's arguments with `WrittenFloat` for every number that has a fraction or an exponent: of such a number Python
 * makes another text than of an integer.
 *
 * @param frame - That `decodeSignal` took for a signal.
 */
export function argumentsAsWritten(frame: Uint8Array): readonly unknown[] {
  const { args } = parseAsWritten(new TextDecoder().decode(frame)) as { readonly args: readonly unknown[] };
  return args;
}

/** Whether the source of a signal has ended. */
export function isSignalEnd(message: SignalMessage | SignalEnd): message is SignalEnd {
  return "isEnd" in message;
}

function countOf(seq: unknown): number | undefined {
  return typeof seq === "number" && Number.isSafeInteger(seq) ? seq : undefined;
}
