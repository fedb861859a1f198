import { connect } from "node:net";
import { jsonLines } from "./json-lines";
import { listeningPort } from "./listening-port";

export const peer = jsonLines({
  listen: async (server) => String(await listeningPort(server)),
  connect: (port) => connect(Number(port), "127.0.0.1"),
});
