import { defaultLogger } from "../../lib/log/logger";
import { type IncomingRequest, type RpcEndpoint } from "../../lib/transport/endpoint";
import { openEndpoint } from "../../lib/transport/transports";

/** An endpoint on a free port of this computer that answers as the test likes. */
export function openTestEndpoint(handle: (request: IncomingRequest) => void): Promise<RpcEndpoint> {
  return openEndpoint("tcp://127.0.0.1", { handle, attended: () => [] }, {}, defaultLogger());
}
