import { registerTransport } from "../transports";
import type * as UnixClient from "./unix/unix-client";
import type * as UnixPath from "./unix/socket-path";
import type * as UnixServer from "./unix/unix-server";

registerTransport({
  schemes: ["unix"],
  client: () => (require("./unix/unix-client") as typeof UnixClient).unixClient,
  server: () => (require("./unix/unix-server") as typeof UnixServer).unixServer,
  checkedUrl(url) {
    (require("./unix/socket-path") as typeof UnixPath).socketPath(url);
    return url;
  },
});
