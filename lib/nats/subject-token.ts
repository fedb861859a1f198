import { MalformedMessageError } from "../errors";

/** Bytes that mean something in subjects, or may not stand in them, are written as `%XX` (NATS protocol: subjects). */
const PLAIN = /^[A-Za-z0-9_-]$/;

/** A subject has a few of them, and NATS takes subjects of some kilobytes. */
const MAX_TOKEN_LENGTH = 1_024;

const encoder = new TextEncoder();

/** Whether a text can be one token of a subject. */
export function isSubjectToken(text: string): boolean {
  return text !== "" && subjectToken(text).length <= MAX_TOKEN_LENGTH;
}

/** Any text as one token of a subject: letters, digits, `-` and `_` stand for themselves, other bytes of UTF-8 as `%XX`. */
export function subjectToken(text: string): string {
  let token = "";
  for (const byte of encoder.encode(text)) {
    const character = String.fromCharCode(byte);
    token += PLAIN.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return token;
}

/**
 * The text that a token stands for.
 *
 * @throws MalformedMessageError for what {@link subjectToken} does not make.
 */
export function textOfToken(token: string): string {
  try {
    const text = decodeURIComponent(token);
    if (subjectToken(text) === token) return text;
  } catch {
    // It is told below.
  }
  throw new MalformedMessageError(`${JSON.stringify(token.slice(0, MAX_TOKEN_LENGTH))} stands for no name`);
}
