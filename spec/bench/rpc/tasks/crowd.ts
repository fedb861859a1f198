import { type PeerClient, READING } from "../peers/peer";
import { type ClientTask } from "./client-task";
import { inFlight } from "./in-flight";

/** So many connect at a time: fewer than wait in a listening socket's backlog. */
const CONNECT_AT_ONCE = 50;

const crowd: PeerClient[] = [];

/** Connects so many clients, each with a connection of its own; each has been answered once. */
export const connectCrowd: ClientTask<{ readonly clients: number }, void> = async (
  { peer, address },
  { clients },
) => {
  while (crowd.length < clients) {
    const count = Math.min(CONNECT_AT_ONCE, clients - crowd.length);
    const group = await Promise.all(Array.from({ length: count }, () => peer.connect(address)));
    await Promise.all(group.map((client) => client.echo(READING)));
    crowd.push(...group);
  }
};

/** Calls a second of the whole crowd, one call of each client under way; closes it. */
export const crowdCallsPerSecond: ClientTask<{ readonly ms: number }, number> = async (_context, { ms }) => {
  const rate = await inFlight(crowd.length, ms, (place) => crowd[place]?.echo(READING) ?? Promise.resolve());
  await Promise.all(crowd.splice(0).map((client) => client.close()));
  return rate;
};
