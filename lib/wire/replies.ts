import { MalformedMessageError } from "../errors";
import { type Bytes } from "../platform/platform";
import { failed, isFailureReason, type Failure } from "./failures";
import { frameBytes, isLarger, type Frame } from "./frame";
import { encodeJson } from "./json";
import { OutgoingArrays } from "./outgoing-arrays";
import { decodeObject, type ReceivedReply } from "./message";

/** A reply of one frame, or of two for a buffer: its info object and its bytes. */
export type ReplyFrames = readonly [Frame] | readonly [info: Frame, data: Frame];

export function resultReply(result: unknown): ReplyFrames {
  return [`{"success":true,"result":${encodeJson(result, "result")}}`];
}

/** @param takesArrays - Whether the client said that it takes arrays behind the text; else they are refused. */
export function valueReply(value: unknown, takesArrays = false): ReplyFrames {
  if (!takesArrays) return [`{"success":true,"value":${encodeJson(value, "value")}}`];
  const [text, arrays] = OutgoingArrays.writing((writing) => encodeJson(value, "value", writing));
  const frame = arrays.frame();
  const body = `{"success":true,"value":${text}}`;
  return frame === undefined ? [body] : [body, frame];
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
    if (isLarger(frame, maxBytes)) return tooLargeReply(frame, "bytes", maxBytes, "maxMessageBytes");
    if (typeof frame === "string" && isLarger(frame, maxTextBytes)) {
      return tooLargeReply(frame, "bytes of text", maxTextBytes, "maxTextBytes");
    }
  }
  return reply;
}

function tooLargeReply(frame: Frame, what: string, limit: number, option: string): ReplyFrames {
  const error =
    `the reply has ${frameBytes(frame)} ${what}, more than the ${limit} that may be sent: ` +
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
}: Readonly<Record<string, unknown>>): Failure {
  return {
    success: false,
    error: typeof error === "string" ? error : "the device gave no reason",
    ...(typeof traceback === "string" && { traceback }),
    ...(isFailureReason(reason) && { reason }),
    ...(typeof errorName === "string" && { errorName }),
    ...((typeof code === "string" || typeof code === "number") && { code }),
  };
}
