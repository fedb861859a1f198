import { DeviceList } from "../../../lib/discovery/device-list";
import { type DeviceConnection, DeviceGateway } from "../../../lib/gateway/device-gateway";
import { registerTransport, transportOf } from "../../../lib/transport/transports";
import { openEndpoints } from "../../../lib/transport/combined-endpoint";

/**
 * Lets servers be opened at `gatewayed://`: at a free port of TCP, with a gateway in front of each. Clients connect to the
 * gateway.
 *
 * @param connection - How the gateway connects to them.
 * @returns What undoes that for clients.
 */
export function installGateways(connection: ReturnType<DeviceConnection>): () => void {
  registerTransport({
    schemes: ["gatewayed"],
    client: () => transportOf("ws://127.0.0.1").client(),
    checkedUrl: (url) => url,
    server: () => ({
      async listen(_url, handler, options, logger) {
        const { endpoint } = await openEndpoints(["tcp://127.0.0.1"], handler, options, logger);
        const { maxMessageBytes, maxTextBytes, signalHighWaterMark, heartbeatMs } = options;
        const gateway = await DeviceGateway.open(
          new DeviceList([{ name: "device", type: "", url: endpoint.url }]),
          {
            url: "http://127.0.0.1:0",
            login: "none",
            page: "/nonexistent",
            logger,
            ...(maxMessageBytes !== undefined && { maxMessageBytes }),
            ...(maxTextBytes !== undefined && { maxTextBytes }),
            ...(signalHighWaterMark !== undefined && { signalHighWaterMark }),
            ...(heartbeatMs !== undefined && { heartbeatMs }),
          },
          () => connection,
        );
        return {
          ...pick(endpoint),
          get clientCount() {
            return endpoint.clientCount;
          },
          url: `${gateway.url.replace(/^http/, "ws")}/devices/device`,
          async close() {
            await endpoint.close();
            await gateway.close();
          },
        };
      },
    }),
  });
  return () => undefined;
}

type Endpoint = Awaited<ReturnType<typeof openEndpoints>>["endpoint"];

/** What stays as it is. */
function pick(endpoint: Endpoint): Omit<Endpoint, "url" | "close" | "clientCount"> {
  const { maxMessageBytes, signalPort, features, subscriptions$, departed$ } = endpoint;
  return {
    maxMessageBytes,
    signalPort,
    features,
    subscriptions$,
    departed$,
    publish: (signal, frame, data) => endpoint.publish(signal, frame, data),
    subscriptionsArrived: (token, timeoutMs) => endpoint.subscriptionsArrived(token, timeoutMs),
    offerLocalRoad: (client) => endpoint.offerLocalRoad?.(client),
  };
}
