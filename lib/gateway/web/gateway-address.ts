import { isLoopbackHost } from "../../address/hosts";
import { parseWebAddress, type WebAddress } from "../../address/web-address";
import { AddressError, KeyError } from "../../errors";
import { type Logger } from "../../log/logger";
import { type GatewayOptions } from "./gateway-options";

/** Where a gateway is that is told nothing else. */
export const DEFAULT_GATEWAY_URL = "http://127.0.0.1:8080";

/**
 * @throws AddressError if it is no address of the web.
 */
export function gatewayAddress(url: string): WebAddress {
  const [, secure, rest] = /^http(s?)(:\/\/.+)$/.exec(url) ?? [];
  if (rest === undefined) {
    throw new AddressError(
      `"${url}" is no address of a gateway: expected http://HOST[:PORT], or the same with https`,
    );
  }
  const address = parseWebAddress(`ws${secure ?? ""}${rest}`);
  if (address.path !== "/")
    throw new AddressError(`"${url}" has a path: a gateway is at the root of its address`);
  return address;
}

/**
 * @throws KeyError for a gateway that others on the network could use unasked, or listen to.
 */
export function requireSafe(
  url: string,
  { scheme, host }: WebAddress,
  options: GatewayOptions,
  log: Logger,
): void {
  const { tokens, passwordFile, login, insecure = false } = options;
  if (isLoopbackHost(host)) return;
  if (tokens === undefined && passwordFile === undefined && login !== "none") {
    throw new KeyError(
      `${url} is reached by others on the network, so it needs to know who may come in: give it a password ` +
        "(--password-file, passwordFile) or tokens (--tokens; rigwire keygen --token NAME makes one)",
    );
  }
  if (login === "none" && !insecure) {
    throw new KeyError(
      `${url} would let everybody on the network in: give it a password or tokens, or say insecure: true where ` +
        "something in front of it asks",
    );
  }
  if (scheme === "wss") return;
  if (!insecure) {
    throw new KeyError(
      `${url} is reached by others on the network, and is not encrypted: give it a certificate (--tls-key, --tls-cert; ` +
        "tls: { key, cert }) and https:, or say --insecure (insecure: true) where the network is trusted",
    );
  }
  log.warn(
    { url },
    `${url} is not encrypted: passwords, tokens and everything else can be read on their way`,
  );
}
