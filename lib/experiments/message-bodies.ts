import { ValidationError } from "../errors";
import { ExperimentEvent } from "./experiment-event";
import { type ExperimentMessage } from "./experiment-message";
import { ExperimentReference, type ReferenceParts } from "./experiment-reference";
import { ExperimentStatus } from "./experiment-status";

/** A token of the lab's Alyx database. */
export interface AlyxToken {
  /** The base URL of the database. */
  readonly url: string;
  /** The token by user name: `{ bob: { token: "abc" } }`. */
  readonly token: Readonly<Record<string, unknown>>;
}

/** A status with details, as EXPINFO carries it. */
export interface RigInfo {
  readonly status: ExperimentStatus | string;
  readonly data?: unknown;
}

/** The events whose body is nothing but data. */
export type DataEvent = typeof ExperimentEvent.INIT | typeof ExperimentEvent.CLEANUP | StopEvent;
type StopEvent = typeof ExperimentEvent.END | typeof ExperimentEvent.INTERRUPT;

/** `[1, data]`, and likewise 4, 8 and 16. */
export function dataMessage(event: DataEvent, data: unknown = null): ExperimentMessage {
  return { event, body: [data] };
}

/** `[4, data]`, or `[16, data]` for a stop that must not wait. */
export function stopMessage(data: unknown, immediately: boolean): ExperimentMessage {
  return dataMessage(immediately ? ExperimentEvent.INTERRUPT : ExperimentEvent.END, data);
}

/** `[2, "2022-01-01_1_subject", data]`. A text is sent as it is: to the originals it is free (iblutil io.net). */
export function startMessage(reference: string | ReferenceParts, data: unknown = null): ExperimentMessage {
  return { event: ExperimentEvent.START, body: [textOf(reference), data] };
}

function textOf(reference: string | ReferenceParts): string {
  return typeof reference === "string" ? reference : ExperimentReference.format(reference);
}

/** `[32, 20]`. */
export function statusMessage(status: unknown): ExperimentMessage {
  return { event: ExperimentEvent.STATUS, body: [ExperimentStatus.validate(status)] };
}

/** `[64, 20, data]`. */
export function infoMessage(status: unknown, data: unknown = null): ExperimentMessage {
  return { event: ExperimentEvent.INFO, body: [ExperimentStatus.validate(status), data] };
}

/** `[128, "https://…", {user: token}]`, or `[128, null, {}]` to ask for one. */
export function alyxMessage(token?: AlyxToken): ExperimentMessage {
  return { event: ExperimentEvent.ALYX, body: [token?.url ?? null, token?.token ?? {}] };
}

/** The token that a message brings; `undefined` if it asks for one. */
export function alyxTokenOf({ event, body: [url, token] }: ExperimentMessage): AlyxToken | undefined {
  return event === ExperimentEvent.ALYX && typeof url === "string" && isRecord(token)
    ? { url, token }
    : undefined;
}

/**
 * The message that answers another: the same event, with what the answer says.
 *
 * @param answer - The data; for EXPSTATUS the status, for EXPINFO a {@link RigInfo}, for ALYX an {@link AlyxToken}.
 * @throws ValidationError for an answer of another shape.
 */
export function answerTo({ event, body }: ExperimentMessage, answer: unknown): ExperimentMessage {
  switch (event) {
    case ExperimentEvent.INIT:
    case ExperimentEvent.END:
    case ExperimentEvent.CLEANUP:
    case ExperimentEvent.INTERRUPT:
      return dataMessage(event, answer);
    case ExperimentEvent.START:
      return { event, body: [body[0], answer ?? null] };
    case ExperimentEvent.STATUS:
      return statusMessage(answer);
    case ExperimentEvent.INFO:
      if (!isRecord(answer)) throw new ValidationError("the answer to EXPINFO is { status, data }");
      return infoMessage(answer.status, answer.data);
    case ExperimentEvent.ALYX:
      if (!isRecord(answer) || typeof answer.url !== "string" || !isRecord(answer.token)) {
        throw new ValidationError("the answer to ALYX is { url, token }");
      }
      return alyxMessage({ url: answer.url, token: answer.token });
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
