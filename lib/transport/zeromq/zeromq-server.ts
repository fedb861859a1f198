import { type ServerTransport } from "../endpoint";
import { RouterEndpoint } from "./router-endpoint";

/** The server's side of ZeroMQ. */
export const zeroMqServer: ServerTransport = {
  listen: (url, handler, options, log) => RouterEndpoint.open(url, handler, options, log),
};
