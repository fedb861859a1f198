import { MalformedMessageError } from "../errors";
import { type Bytes } from "../platform/platform";
import { failed, isFailureReason, type Failure } from "./failures";
import { frameBytes, isLarger, type Frame } from "./frame";
import { encodeJson } from "./json";
import { OutgoingArrays } from "./outgoing-arrays";
import { decodeObject, type ReceivedReply } from "./message";
import { momentOf, toMicroseconds } from "./moments";

/** What is told of a value beside it. Moments are in milliseconds on the server's clock. */
export interface ValueStamp {
  /** When the value was true: when it was read, or last updated. */
  readonly time: number;
  /** What the clock read when the value was read, where that is not `time`. */
  readonly clock: number | undefined;
  /** Why the value is too old; nothing where it is good. */
  readonly stale: string | undefined;
}

/** A reply of one frame, or of two for a buffer: its info object and its bytes. */
export type ReplyFrames = readonly [Frame] | readonly [info: Frame, data: Frame];

export function resultReply(result: unknown): ReplyFrames {
  return [`{"success":true,"result":${encodeJson(result, "result")}}`];
}

/**
 * @param takesArrays - Whether the client said that it takes arrays behind the text; else they are refused.
 * @param stamp - What is told of the value beside it; left out where nobody asked.
 */
export function valueReply(value: unknown, takesArrays = false, stamp?: ValueStamp): ReplyFrames {
  const further = stamp === undefined ? "" : encodeStamp(stamp);
  if (!takesArrays) return [`{"success":true,"value":${encodeJson(value, "value")}${further}}`];
  const [text, arrays] = OutgoingArrays.writing((writing) => encodeJson(value, "value", writing));
  const frame = arrays.frame();
  const body = `{"success":true,"value":${text}${further}}`;
  return frame === undefined ? [body] : [body, frame];
}

function encodeStamp({ time, clock, stale }: ValueStamp): string {
  const read = clock === undefined ? "" : `,"clock":${toMicroseconds(clock)}`;
  const quality = stale === undefined ? "" : `,"quality":"stale","reason":${JSON.stringify(stale)}`;
  return `,"time":${toMicroseconds(time)}${read}${quality}`;
}

/** What the reply says of a value beside it; nothing where the server told nothing. */
export function decodeStamp(body: Readonly<Record<string, unknown>>): ValueStamp | undefined {
  const time = momentOf(body.time);
  if (time === undefined) return undefined;
  const { quality, reason } = body;
  return {
    time,
    clock: momentOf(body.clock),
    stale: quality === "stale" ? (typeof reason === "string" ? reason : "") : undefined,
  };
}

/** A success with further keys, or with none. */
export function successReply(further: object = {}): ReplyFrames {
  return [encodeJson({ success: true, ...further })];
}

export function failureReply(failure: Failure): ReplyFrames {
  return [encodeJson(failure)];
}

/**
 * The reply, or a failure that says so where it is too large: the receiver would end the connection over it, or could
 * not read it.
 *
 * @param maxBytes - Of a frame.
 * @param maxTextBytes - Of a frame that is text.
 */
export function withinLimit(
  reply: readonly Frame[],
  maxBytes: number,
  maxTextBytes: number,
): readonly Frame[] {
  for (const frame of reply) {
    if (isLarger(frame, maxBytes)) return tooLarge(frameBytes(frame), "bytes", maxBytes, "maxMessageBytes");
    if (typeof frame === "string" && isLarger(frame, maxTextBytes)) {
      return tooLarge(frameBytes(frame), "bytes of text", maxTextBytes, "maxTextBytes");
    }
  }
  const [first, second] = reply;
  if (first === undefined || second === undefined || !isLarger(first, SMALL_BYTES)) return reply;
  const bytes = frameBytes(first) + frameBytes(second);
  return bytes > maxBytes ? tooLarge(bytes, "bytes", maxBytes, "maxMessageBytes") : reply;
}

/** What an info object of usual size takes; receivers have room for it beside a frame as large as it may be. */
const SMALL_BYTES = 4 * 1024;

function tooLarge(bytes: number, what: string, limit: number, option: string): ReplyFrames {
  const error =
    `the reply has ${bytes} ${what}, more than the ${limit} that may be sent: ` +
    `raise ${option} on the server and on its clients`;
  return failureReply(failed(error));
}

/** A reply as a client reads it. */
export type Reply =
  | { readonly kind: "success"; readonly body: Readonly<Record<string, unknown>> }
  | { readonly kind: "buffer"; readonly info: Readonly<Record<string, unknown>>; readonly data: Bytes }
  | { readonly kind: "failure"; readonly failure: Failure };

/**
 * Reads any reply. Two frames are a buffer, whatever its info object says; in one frame, `success` decides.
 *
 * @param maxTextBytes - The longest text that is taken, in bytes.
 * @throws MalformedMessageError for what is no reply.
 */
export function decodeReply(frames: ReceivedReply, maxTextBytes?: number): Reply {
  const [first, data] = frames;
  if (first === undefined || frames.length > 2) {
    throw new MalformedMessageError(`a reply has one or two frames, this one has ${frames.length}`);
  }
  const body = decodeObject(first, maxTextBytes);
  if (data !== undefined) return { kind: "buffer", info: body, data };
  return body.success === false
    ? { kind: "failure", failure: decodeFailure(body) }
    : { kind: "success", body };
}

function decodeFailure({
  error,
  traceback,
  reason,
  errorName,
  code,
  value,
  time,
  clock,
}: Readonly<Record<string, unknown>>): Failure {
  return {
    success: false,
    error: typeof error === "string" ? error : "the device gave no reason",
    ...(typeof traceback === "string" && { traceback }),
    ...(isFailureReason(reason) && { reason }),
    ...(typeof errorName === "string" && { errorName }),
    ...((typeof code === "string" || typeof code === "number") && { code }),
    ...(reason === "bad" && {
      value,
      ...(typeof time === "number" && { time }),
      ...(typeof clock === "number" && { clock }),
    }),
  };
}
