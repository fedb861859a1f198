import { once } from "node:events";
import { connect } from "node:net";
import { jsonLines } from "./json-lines";
import { freeSocketPath } from "./free-socket-path";

export const peer = jsonLines({
  async listen(server) {
    const path = freeSocketPath();
    server.listen(path);
    await once(server, "listening");
    return path;
  },
  connect: (path) => connect(path),
});
