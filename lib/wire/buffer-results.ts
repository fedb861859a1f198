import { EncodingError } from "../errors";
import { type Bytes } from "../platform/platform";
import { isSendableArray, type Sendable } from "./array-reference";
import { withArrays } from "./incoming-arrays";
import { OutgoingArrays } from "./outgoing-arrays";
import { encodeJson } from "./json";
import { isObject } from "./message";
import { type ReplyFrames } from "./replies";

/*
 * What a buffer method returns, as the two frames that every client reads: an info object and bytes. Where the info has
 * the key `rigwire`, a client of this library makes of them what was returned.
 */

type Info = Readonly<Record<string, unknown>>;

/** An array alone: `{"nd":…,"rigwire":"array"}`. */
const ARRAY = "array";
/** An array, and the members of an object that describes it: `{"nd":…,"exposure":5,"rigwire":"array, info"}`. */
const ARRAY_AND_INFO = "array, info";
/** An object that holds arrays, with references to them: `{"image":{"nd":…},"gain":2,"rigwire":"object"}`. */
const OBJECT = "object";

/**
 * The reply of a buffer method. The bytes of a single array are sent without a copy.
 *
 * @param member - What errors call the method.
 * @param result - `[bytes, info]`, an array, `[array, info]`, or an object that holds arrays.
 * @throws EncodingError for anything else.
 */
export function bufferMethodReply(member: string, result: unknown): ReplyFrames {
  if (isSendableArray(result)) return arrayReply(result, "", ARRAY);
  if (isObject(result)) return objectReply(member, result);
  const [data, info] = Array.isArray(result) ? (result as unknown[]) : [];
  if (!isSendableArray(data) || !isObject(info) || isSendableArray(info)) throw notReturnable(member);
  refuseKeys(info, "rigwire");
  if (data instanceof Uint8Array) return [encodeJson(info, "info"), data];
  refuseKeys(info, "nd");
  return arrayReply(data, encodeJson(info, "info").slice(1, -1), ARRAY_AND_INFO);
}

/** @param further - Members of the info object as text. */
function arrayReply(array: Sendable, further: string, mark: string): ReplyFrames {
  const [text, arrays] = OutgoingArrays.writing((writing) => writing.add(array, "result"));
  const members = further === "" ? "" : `,${further}`;
  return [`${text.slice(0, -1)}${members},"rigwire":"${mark}"}`, framed(arrays)];
}

function objectReply(member: string, result: Info): ReplyFrames {
  refuseKeys(result, "rigwire");
  const [text, arrays] = OutgoingArrays.writing((writing) => encodeJson(result, "result", writing));
  if (arrays.isEmpty || !text.startsWith("{")) throw notReturnable(member);
  return [`${text.slice(0, -1)},"rigwire":"${OBJECT}"}`, framed(arrays)];
}

function framed(arrays: OutgoingArrays): Uint8Array {
  return arrays.sharedFrame() ?? new Uint8Array(0);
}

function refuseKeys(info: Info, key: string): void {
  if (!Object.hasOwn(info, key)) return;
  throw new EncodingError(`info.${key}: the name says how arrays are read: name it otherwise`);
}

function notReturnable(member: string): EncodingError {
  return new EncodingError(
    `${member} must return [bytes, info], an array, [array, info] or an object that holds arrays: ` +
      "bytes are a Buffer or Uint8Array, arrays are typed arrays such as a Uint16Array, or nd(data, shape)",
  );
}

/**
 * What a buffer method returned.
 *
 * @returns `[bytes, info]` where the device says nothing else.
 * @throws MalformedMessageError for an array that cannot be read.
 */
export function readBufferResult(data: Bytes, info: Info): unknown {
  if (info.rigwire === undefined) return [data, info];
  const { rigwire: mark, ...members } = info;
  switch (mark) {
    case ARRAY:
      return withArrays({ nd: members.nd }, data);
    case ARRAY_AND_INFO: {
      const { nd, ...described } = members;
      return [withArrays({ nd }, data), described];
    }
    case OBJECT:
      return withArrays(members, data);
    default:
      return [data, info];
  }
}
