import { type Logger } from "../log";
import { type ChannelOptions, type ChannelProtocol, type Locate, type RpcChannel } from "./rpc-channel";
import { type EndpointOptions, type RequestHandler, type RpcEndpoint } from "./rpc-endpoint";
import { resolveClientSecurity } from "../security/security-options";
import { ZeroMqChannel } from "./zeromq/zeromq-channel";
import { ZeroMqEndpoint } from "./zeromq/zeromq-endpoint";

/**
 * Makes a channel to wherever the device is found; it connects when it is first used.
 *
 * @throws KeyError if its keys cannot be used.
 */
export function openChannel<Peer>(
  locate: Locate,
  protocol: ChannelProtocol<Peer>,
  options?: ChannelOptions,
): RpcChannel<Peer> {
  return new ZeroMqChannel(locate, protocol, {
    ...options,
    security: resolveClientSecurity(options?.security),
  });
}

/**
 * Serves at a URL; its scheme chooses the transport (`tcp:`, `ipc:` and `inproc:` are ZeroMQ).
 *
 * @throws AddressError if it cannot be bound, KeyError if its keys cannot be used.
 */
export function openEndpoint(
  url: string,
  handle: RequestHandler,
  options?: EndpointOptions,
  log?: Logger,
): Promise<RpcEndpoint> {
  return ZeroMqEndpoint.open(url, handle, options, log);
}
