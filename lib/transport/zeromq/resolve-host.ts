import { isIP } from "node:net";
import { unlessAborted } from "../../time/unless-aborted";
import { lookUpHosts } from "../../address/node/look-up-host";
import { urlHost } from "../../address/hosts";
import { formatAddress, parseAddress } from "../../address/address";

/**
 * An address with its host as a number, once for each number that the host's name stands for. ZeroMQ would look a name up
 * itself, but takes one number only, stops every socket of the process meanwhile, and does not tell when there is no such
 * name.
 *
 * @throws Error with the reason in a few words.
 */
export async function resolveHost(url: string, signal: AbortSignal): Promise<readonly string[]> {
  const address = parseAddress(url);
  if (address.scheme !== "tcp" || address.host.startsWith("[") || isIP(address.host) !== 0) return [url];
  const { host } = address;
  try {
    const found = await unlessAborted(signal, lookUpHosts(host));
    return [...new Set(found.map((number) => formatAddress({ ...address, host: urlHost(number.address) })))];
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(`the host name "${host}" is not known`, { cause: error });
  }
}
