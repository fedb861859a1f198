import { type MemberContract, type MethodContract } from "../contract/service-contract";
import { takesAsItIs } from "../contract/as-it-is";
import { excerpt } from "../contract/convert-value";
import { toWire } from "../contract/to-wire";
import { typeName } from "../contract/value-type";
import { EncodingError } from "../errors";
import { bufferMethodReply } from "../wire/buffer-results";
import { resultReply, successReply, valueReply, type ReplyFrames } from "../wire/replies";
import { type MemberRequest } from "../wire/requests";

/**
 * The reply that carries a result.
 *
 * @param request - What was asked of the member.
 * @throws EncodingError if the result cannot be sent.
 */
export function replyOf(contract: MemberContract, request: MemberRequest, result: unknown): ReplyFrames {
  switch (request.event) {
    case "METHOD_CALL":
      return contract.kind === "method" && contract.result === "buffer"
        ? bufferMethodReply(contract.member, asDeclared(contract, result))
        : resultReply(result);
    case "PROPERTY_GET":
      return valueReply(
        contract.kind === "property" ? toWire(contract.type, result) : result,
        request.takesArrays,
      );
    case "PROPERTY_SET":
      return successReply();
  }
}

/** @throws EncodingError for a result that is not what the method declares. */
function asDeclared({ member, returns }: MethodContract, result: unknown): unknown {
  if (returns === undefined || takesAsItIs(returns, result)) return result;
  throw new EncodingError(
    `${member} declares to return ${typeName(returns)}, but returned ${excerpt(result)}`,
  );
}
