/** What both sides name, so that no page talks to a device that takes it for something else. */
export const SUBPROTOCOL = "rigwire.stream";

/** A WebSocket message has at most so many bytes; more is refused before it is read. */
export const MAX_PAYLOAD_BYTES = 256 * 1024;

/** RFC 6455, 7.4.1. */
export const NORMAL_CLOSURE = 1000;
export const UNSUPPORTED_DATA = 1003;

/** The server ends it and says why; of the numbers that every program may use. */
export const ENDED_WITH_REASON = 4000;

/** What let the other side in lets it in no more; as 401 of HTTP. */
export const SESSION_ENDED = 4401;

/** So many bytes of a reason go into the frame that closes (RFC 6455, 5.5). */
const MAX_REASON_BYTES = 123;

/** What of a reason is told when a WebSocket is closed. */
export function closingReason(reason: string): string {
  let told = reason.slice(0, MAX_REASON_BYTES);
  while (encoder.encode(told).length > MAX_REASON_BYTES) told = told.slice(0, -1);
  return told;
}

const encoder = new TextEncoder();

/** Written together, since each message costs its own head and, from clients, its own mask. */
const SHORT_BYTES = 64 * 1024;

/**
 * What is short leaves together; what is long, in parts that the other side takes, without a copy.
 *
 * @param concat - Makes one of several.
 */
export function inMessages(
  chunks: readonly Uint8Array[],
  concat: (chunks: readonly Uint8Array[]) => Uint8Array,
): readonly Uint8Array[] {
  const messages: Uint8Array[] = [];
  let short: Uint8Array[] = [];
  let shortBytes = 0;
  const flush = () => {
    const [only, ...others] = short;
    if (only !== undefined) messages.push(others.length === 0 ? only : concat(short));
    short = [];
    shortBytes = 0;
  };
  for (const chunk of chunks) {
    if (shortBytes + chunk.length > SHORT_BYTES) flush();
    if (chunk.length <= SHORT_BYTES) {
      short.push(chunk);
      shortBytes += chunk.length;
      continue;
    }
    for (let at = 0; at < chunk.length; at += MAX_PAYLOAD_BYTES) {
      messages.push(chunk.subarray(at, at + MAX_PAYLOAD_BYTES));
    }
  }
  flush();
  return messages;
}
