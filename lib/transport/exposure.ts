import { type Logger } from "../log/logger";
import { parseAddress } from "../address/address";
import { isLoopbackHost } from "../address/hosts";

/** Whether others than this computer's user (`ipc:`) or this computer's users (loopback) can connect. */
export function isExposed(url: string): boolean {
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
