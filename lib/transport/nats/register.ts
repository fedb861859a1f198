import { formatNatsUrl, parseNatsDeviceUrl } from "../../nats/nats-url";
import { registerTransport } from "../transports";
import type * as Client from "./nats-client";
import type * as Server from "./nats-endpoint";

registerTransport({
  schemes: ["nats"],
  client: () => (require("./nats-client") as typeof Client).natsClient,
  server: () => (require("./nats-endpoint") as typeof Server).natsServer,
  checkedUrl(url) {
    parseNatsDeviceUrl(url);
    return url;
  },
  shownUrl: (url) => formatNatsUrl(parseNatsDeviceUrl(url)),
});
