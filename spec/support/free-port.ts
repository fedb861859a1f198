import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below what systems give away by themselves, and beside the ports of the originals. */
const FIRST = 20_000;
const COUNT = 10_000;
const ATTEMPTS = 200;

/**
 * A port of this computer on which nothing listens. No other test is given it while this process lives, and neither a
 * listener at port 0 nor a connection to elsewhere takes it by chance.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if ((await reserved(port)) && (await isFree(port))) return port;
  }
  throw new Error(`found no free port among ${ATTEMPTS} from ${FIRST} to ${FIRST + COUNT - 1}`);
}

/** Holds the UDP port of the same number until the process ends, as the mark for others: TCP has ports of its own. */
async function reserved(port: number): Promise<boolean> {
  const mark = createSocket("udp4").unref();
  mark.bind({ port, address: "127.0.0.1", exclusive: true });
  try {
    await once(mark, "listening");
    return true;
  } catch {
    mark.close();
    return false;
  }
}

/** Asked for all addresses: a server of another one would be in the way of some tests too. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen({ port, exclusive: true });
  try {
    await once(server, "listening");
    server.close();
    await once(server, "close");
    return true;
  } catch {
    return false;
  }
}
