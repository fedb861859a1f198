import { formatWebAddress, parseWebAddress } from "../../../address/web-address";
import { AddressError } from "../../../errors";
import { type Transport } from "../../transports";
import { pageClient } from "./page-client";

/** `ws:` and `wss:` as a page has them: it connects, and serves nothing. */
export const pageTransport: Transport = {
  schemes: ["ws", "wss"],
  client: () => pageClient,
  server: () => {
    throw new AddressError("a browser cannot serve a device");
  },
  checkedUrl: (url) => formatWebAddress(parseWebAddress(url)),
};
