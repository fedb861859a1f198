import { type MemberContract } from "../contract/service-contract";
import { toWire } from "../contract/to-wire";
import { EncodingError } from "../errors";
import { isObject } from "../wire/message";
import { bufferReply, resultReply, successReply, valueReply, type ReplyFrames } from "../wire/replies";
import { type MemberRequest } from "../wire/requests";

/**
 * The reply that carries a result.
 *
 * @param event - What was asked of the member.
 * @throws EncodingError if the result cannot be sent.
 */
export function replyOf(
  contract: MemberContract,
  event: MemberRequest["event"],
  result: unknown,
): ReplyFrames {
  switch (event) {
    case "METHOD_CALL":
      return contract.kind === "method" && contract.result === "buffer"
        ? toBufferReply(contract.member, result)
        : resultReply(result);
    case "PROPERTY_GET":
      return valueReply(contract.kind === "property" ? toWire(contract.type, result) : result);
    case "PROPERTY_SET":
      return successReply();
  }
}

function toBufferReply(member: string, result: unknown): ReplyFrames {
  const [data, info] = Array.isArray(result) ? (result as unknown[]) : [];
  if (!(data instanceof Uint8Array) || !isObject(info)) {
    throw new EncodingError(`${member} must return [bytes, info]: a Buffer or Uint8Array and an object`);
  }
  return bufferReply(info, data);
}
