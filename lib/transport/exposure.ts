import { type Logger } from "../log/logger";
import { parseAddress } from "../address/address";
import { isLoopbackHost } from "../address/hosts";
import { isWebUrl, parseWebAddress } from "../address/web-address";

/** Whether others than this computer's user (`ipc:`) or this computer's users (loopback) can connect. */
export function isExposed(url: string): boolean {
  if (isWebUrl(url)) return !isLoopbackHost(parseWebAddress(url).host);
  if (url.startsWith("unix://")) return false;
  // Nobody connects to the device: whom the broker lets in is the broker's to say.
  if (url.startsWith("nats://")) return false;
  const address = parseAddress(url);
  if (address.scheme === "tcp") return !isLoopbackHost(address.host);
  // Names outside the file system (Linux) have no owner.
  return address.scheme === "ipc" && address.path.startsWith("@");
}

/** Says once for an endpoint that everybody on the network may use it. */
export function warnIfExposed(url: string, log: Logger): void {
  if (!isExposed(url)) return;
  log.warn(
    { url },
    `${url} is served without keys: whoever reaches it can call it and read its signals. Give it keys ` +
      '(security: { keys, allow }, or RIGWIRE_KEYS; see docs/safety.md), or say security: "plain" where the network is trusted',
  );
}
