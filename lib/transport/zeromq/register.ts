import { formatAddress, parseAddress } from "../../address/address";
import { AddressError } from "../../errors";
import { type ClientSecurity, type Plain } from "../../security/credentials";
import type * as SecurityOptions from "../../security/security-options";
import { registerTransport } from "../transports";
import type * as Client from "./zeromq-client";
import type * as Server from "./zeromq-server";

registerTransport({
  schemes: ["tcp", "ipc", "inproc"],
  client: () => (require("./zeromq-client") as typeof Client).zeroMqClient,
  server: () => (require("./zeromq-server") as typeof Server).zeroMqServer,
  checkedUrl(url) {
    const address = parseAddress(url);
    const usual = formatAddress(address);
    if (address.scheme === "tcp" && address.port === undefined) {
      throw new AddressError(`${usual} names no port: as in ${usual}:9000`);
    }
    return usual;
  },
  // Within one process nothing is quicker.
  leadsToLocalRoad: (url) => !url.startsWith("inproc:"),
  resolveClientSecurity: (option) => {
    const { resolveClientSecurity } = require("../../security/security-options") as typeof SecurityOptions;
    return resolveClientSecurity(option as ClientSecurity | Plain | undefined);
  },
});
