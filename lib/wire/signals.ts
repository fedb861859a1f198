import { MalformedMessageError } from "../errors";
import { encodeJson } from "./json";
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

/** Subscribes to everything a server publishes. */
export const EVERY_TOPIC = "";

/** A topic that nothing is published on: the server sees who subscribes to it (`CONFIRM_SUBSCRIPTIONS`). */
export function confirmationTopic(token: string): string {
  return `{"event":"CONFIRM","token":${JSON.stringify(token)}}`;
}

/** @param topic - Of the signal: made once, since it is what every frame begins with. */
export function encodeSignal(topic: string, args: readonly unknown[], seq: number): string {
  return `${topic}"args":${encodeJson(args)},"blocking":false,"seq":${seq}}`;
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
