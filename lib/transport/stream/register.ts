import { formatWebAddress, parseWebAddress } from "../../address/web-address";
import { registerLocalRoad } from "../local-road";
import { takeLocalRoad } from "../take-local-road";
import { registerTransport } from "../transports";
import type * as LocalRoadClient from "./local/local-road-client";
import type * as LocalRoadServer from "./local/local-road-server";
import type * as UnixClient from "./unix/unix-client";
import type * as UnixPath from "./unix/socket-path";
import type * as UnixServer from "./unix/unix-server";
import type * as WebSocketClient from "./websocket/websocket-client";
import type * as WebSocketServer from "./websocket/websocket-server";

registerTransport({
  schemes: ["unix"],
  client: () => (require("./unix/unix-client") as typeof UnixClient).unixClient,
  server: () => (require("./unix/unix-server") as typeof UnixServer).unixServer,
  checkedUrl(url) {
    (require("./unix/socket-path") as typeof UnixPath).socketPath(url);
    return url;
  },
});

registerLocalRoad({
  take: takeLocalRoad,
  client: () => (require("./local/local-road-client") as typeof LocalRoadClient).localRoadClient,
  server: () => (require("./local/local-road-server") as typeof LocalRoadServer).localRoadServer,
});

registerTransport({
  schemes: ["ws", "wss"],
  client: () => (require("./websocket/websocket-client") as typeof WebSocketClient).webSocketClient,
  server: () => (require("./websocket/websocket-server") as typeof WebSocketServer).webSocketServer,
  checkedUrl: (url) => formatWebAddress(parseWebAddress(url)),
});
