import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { parseAddress } from "../../../address/address";

/** Where a stream is bound or connected, as Node wants it. */
export type StreamAddress = { readonly path: string } | { readonly host: string; readonly port: number };

/** @param url - With a numeric host, an interface or `*`; a port `*` is any free one. */
export function streamAddress(url: string): StreamAddress {
  const address = parseAddress(url.replace(/:\*$/, ""));
  // A leading @ is ZeroMQ's sign for a name outside the file system (Linux).
  if (address.scheme !== "tcp") return { path: address.path.replace(/^@/, "\0") };
  return { host: numericHost(address.host), port: address.port ?? 0 };
}

/** As ZeroMQ understands it: every interface of IPv4, an interface's name, or a number. */
function numericHost(host: string): string {
  if (host === "*") return "0.0.0.0";
  const bare = host.replace(/^\[|\]$/g, "");
  if (isIP(bare) !== 0) return bare;
  // To look at the interfaces takes a descriptor, which the process may not have.
  const named = networkInterfaces()[host]?.find(({ family }) => family === "IPv4");
  return named?.address ?? bare;
}
