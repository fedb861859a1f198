import { type MemberContract } from "../contract/service-contract";
import { toWire } from "../contract/to-wire";
import { bufferMethodReply } from "../wire/buffer-results";
import { resultReply, successReply, valueReply, type ReplyFrames, type ValueStamp } from "../wire/replies";
import { type MemberRequest } from "../wire/requests";

/**
 * The reply that carries a result.
 *
 * @param request - What was asked of the member.
 * @param stamp - What is told of a property's value beside it.
 * @throws EncodingError if the result cannot be sent.
 */
export function replyOf(
  contract: MemberContract,
  request: MemberRequest,
  result: unknown,
  stamp: ValueStamp | undefined,
): ReplyFrames {
  switch (request.event) {
    case "METHOD_CALL":
      return contract.kind === "method" && contract.result === "buffer"
        ? bufferMethodReply(contract.member, result)
        : resultReply(result);
    case "PROPERTY_GET":
      return valueReply(
        contract.kind === "property" ? toWire(contract.type, result) : result,
        request.takesArrays,
        stamp,
      );
    case "PROPERTY_SET":
      return successReply();
  }
}
