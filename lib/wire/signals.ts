import { MalformedMessageError } from "../errors";
import { encodeArguments } from "./arguments";
import { decodeObject } from "./message";

/** A signal as it arrives. */
export interface SignalMessage {
  readonly signal: string;
  readonly args: readonly unknown[];
  /** Counted per signal from 1 for each start of the server; an original sends none. */
  readonly seq: number | undefined;
}

/**
 * What every frame of one signal begins with, so that the publisher can filter for a subscriber. It holds for rigwire
 * servers only: an original writes spaces.
 */
export function signalTopic(signal: string): string {
  return `{"event":"EMIT_SIGNAL","signal":${JSON.stringify(signal)},`;
}

/** What the frames of all signals of a rigwire server begin with. */
export const SIGNAL_BEGINNING = '{"event":"EMIT_SIGNAL","signal":"';

/** The signal whose frames begin with a topic; nothing where that is more or less than one whole name. */
export function signalOfTopic(topic: string): string | undefined {
  if (!topic.startsWith(SIGNAL_BEGINNING) || !topic.endsWith('",')) return undefined;
  try {
    const name: unknown = JSON.parse(topic.slice(SIGNAL_BEGINNING.length - 1, -1));
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

/** @param topic - Of the signal: made once, since it is what every frame begins with. */
export function encodeSignal(topic: string, args: readonly unknown[], seq: number): string {
  return `${topic}"args":${encodeArguments(args)},"blocking":false,"seq":${seq}}`;
}

/**
 * @throws MalformedMessageError for what is no signal.
 */
export function decodeSignal(frame: Uint8Array): SignalMessage {
  const { event, signal, args, seq } = decodeObject(frame);
  if (event !== "EMIT_SIGNAL" || typeof signal !== "string" || !Array.isArray(args)) {
    throw new MalformedMessageError("a published message is no signal");
  }
  return { signal, args, seq: Number.isSafeInteger(seq) ? (seq as number) : undefined };
}
