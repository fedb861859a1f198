import { MalformedMessageError, messageOf } from "../errors";
import { decodeJson, encodeJson } from "../wire/json";
import { ExperimentEvent } from "./experiment-event";
import { type MessageMark, writeMark } from "./message-mark";

/** The most bytes of one message (iblutil io.net). */
export const MAX_RIG_MESSAGE_BYTES = 65_535;

/** One event, as it travels: `[2, "2022-01-01_1_subject", {"foo": "bar"}]`. */
export interface ExperimentMessage {
  readonly event: ExperimentEvent;
  /** What follows the code. */
  readonly body: readonly unknown[];
}

/** Tells that the callback for an event failed: `[0, "ValueError: disk full", 4]`. */
export interface FailureMessage {
  readonly event: 0;
  /** `Type: message`. */
  readonly error: string;
  /** The event whose callback failed. */
  readonly failed: ExperimentEvent;
}

const FAILURE = 0;

/**
 * The bytes of a message.
 *
 * @param mark - Tells this message from others with the same content; see {@link MessageMark}.
 * @throws ValidationError if the event is none, or several.
 * @throws EncodingError for a body that JSON cannot hold.
 */
export function encodeMessage({ event, body }: ExperimentMessage, mark?: MessageMark): Buffer {
  // The originals take nothing shorter than two elements.
  const text = encodeJson([ExperimentEvent.validate(event), ...(body.length === 0 ? [null] : body)]);
  return Buffer.from(mark === undefined ? text : writeMark(text, mark));
}

/** The bytes of an error message. */
export function encodeFailure({ error, failed }: Omit<FailureMessage, "event">): Buffer {
  return Buffer.from(encodeJson([FAILURE, error, failed]));
}

/**
 * Reads a message that came from the network.
 *
 * @throws MalformedMessageError for bytes that are not UTF-8, not JSON, or not an experiment message.
 */
export function decodeMessage(bytes: Uint8Array): ExperimentMessage | FailureMessage {
  const elements = readArray(bytes);
  const [code, ...body] = elements;
  if (body.length === 0) throw new MalformedMessageError("an experiment message has at least two elements");
  if (code === FAILURE) return readFailure(body);
  try {
    return { event: ExperimentEvent.validate(code), body };
  } catch (error) {
    throw new MalformedMessageError(messageOf(error), {}, { cause: error });
  }
}

function readArray(bytes: Uint8Array): readonly unknown[] {
  let value: unknown;
  try {
    value = decodeJson(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    throw new MalformedMessageError(`not JSON: ${messageOf(error)}`, {}, { cause: error });
  }
  if (!Array.isArray(value)) throw new MalformedMessageError("an experiment message is a JSON array");
  return value;
}

function readFailure([error, failed]: readonly unknown[]): FailureMessage {
  if (typeof error !== "string") throw new MalformedMessageError("an error message carries a text");
  try {
    return { event: FAILURE, error, failed: ExperimentEvent.validate(failed) };
  } catch (cause) {
    throw new MalformedMessageError(`an error message names its event: ${messageOf(cause)}`, {}, { cause });
  }
}
