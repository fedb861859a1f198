import { type Attributes } from "@opentelemetry/api";
import { bareHost, isWildcardHost } from "../address/hosts";

const NETWORK = /^(?:tcp|wss?|nats):\/\/(?:[^@/]*@)?(\[[^\]]+\]|[^:/,?#]+)(?::(\d+))?/;
const LOCAL = /^[a-z]+:\/\/(.+)$/;

/**
 * Where a device is, as the attributes `server.address` and `server.port` have it: a host and a port, or the path of a
 * socket.
 *
 * @param url - Of the device; nothing where it is not known yet.
 * @returns None where there is nothing to be said, as of a device that is served at all addresses of its computer.
 */
export function serverAddress(url: string | undefined): Attributes {
  if (url === undefined) return {};
  const [, host, port] = NETWORK.exec(url) ?? [];
  if (host === undefined) {
    const [, path] = LOCAL.exec(url) ?? [];
    return path === undefined ? {} : { "server.address": path };
  }
  return {
    ...(!isWildcardHost(host) && { "server.address": bareHost(host) }),
    ...(port !== undefined && { "server.port": Number(port) }),
  };
}
