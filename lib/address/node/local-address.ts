import { createSocket } from "node:dgram";
import { isIP } from "node:net";
import { isWildcardHost, urlHost } from "../hosts";
import { lookUpHost, type AddressFamily } from "./look-up-host";
import { AddressError, messageOf } from "../../errors";

/** Nothing is sent to it; any port names the route. */
const ANY_PORT = 9;

/**
 * The address of the interface through which this computer reaches a host, as the host of a URL. Nothing is sent: the
 * system tells it of a UDP socket that is connected.
 *
 * @throws AddressError if the host's name is not known in this family of addresses, or no route leads there.
 */
export async function localAddressTowards(host: string, family: AddressFamily): Promise<string> {
  try {
    const { address } = await lookUpHost(host, family);
    if (isIP(address) !== family) throw new Error(`it is ${address}`);
    const local = await routeTo(address, family === 6 ? "udp6" : "udp4");
    // What the system tells where it has no route.
    if (isWildcardHost(local)) throw new Error("none of this computer's addresses leads there");
    return urlHost(local);
  } catch (error) {
    throw new AddressError(`no route of IPv${family} to ${host}: ${messageOf(error)}`, {}, { cause: error });
  }
}

function routeTo(address: string, type: "udp4" | "udp6"): Promise<string> {
  const socket = createSocket(type);
  return new Promise<string>((resolve, reject) => {
    socket.once("error", reject);
    socket.connect(ANY_PORT, address, () => resolve(socket.address().address));
  }).finally(() => socket.close());
}
