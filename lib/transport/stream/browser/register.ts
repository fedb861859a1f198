import { formatWebAddress, parseWebAddress } from "../../../address/web-address";
import { AddressError } from "../../../errors";
import { registerTransport } from "../../transports";
import { pageClient } from "./page-client";

registerTransport({
  schemes: ["ws", "wss"],
  client: () => pageClient,
  server: () => {
    throw new AddressError("a browser cannot serve a device");
  },
  checkedUrl: (url) => formatWebAddress(parseWebAddress(url)),
});
