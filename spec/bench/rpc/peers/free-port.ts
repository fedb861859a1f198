import { createServer } from "node:net";
import { listeningPort } from "./listening-port";

/** A port of this computer that nobody uses at this moment, for servers that cannot choose one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listeningPort(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
