import { createSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { AddressError, messageOf } from "../errors";

/** Nothing is sent to it; any port names the route. */
const ANY_PORT = 9;

/**
 * The address of the interface through which this computer reaches a host, as the host of a URL. Nothing is sent: the
 * system tells it of a UDP socket that is connected.
 *
 * @throws AddressError if the host's name is not known or no route leads there.
 */
export async function localAddressTowards(host: string): Promise<string> {
  try {
    const { address, family } = await lookup(host.replace(/^\[|\]$/g, ""));
    const local = await routeTo(address, family === 6 ? "udp6" : "udp4");
    return family === 6 ? `[${local}]` : local;
  } catch (error) {
    throw new AddressError(`no route to ${host}: ${messageOf(error)}`, {}, { cause: error });
  }
}

function routeTo(address: string, type: "udp4" | "udp6"): Promise<string> {
  const socket = createSocket(type);
  return new Promise<string>((resolve, reject) => {
    socket.once("error", reject);
    socket.connect(ANY_PORT, address, () => resolve(socket.address().address));
  }).finally(() => socket.close());
}
