import { once } from "node:events";
import { type Socket } from "node:net";
import { UnreadReplies } from "../../lib/rpyc/client/unread-replies";
import { closeAll, DEADLINE_MS, restOf, tcpServer, tcpSocket } from "./sockets";

afterEach(closeAll);

/** More than the system's buffers take for a client that does not read. */
const LARGE = Buffer.alloc(32 * 1024 * 1024);

async function connections(count: number): Promise<{ clients: Socket[]; serverSides: Socket[] }> {
  const serverSides: Socket[] = [];
  const { server, port } = await tcpServer((socket) => serverSides.push(socket));
  const clients: Socket[] = [];
  for (let index = 0; index < count; index++) {
    const taken = once(server, "connection", { signal: AbortSignal.timeout(DEADLINE_MS) });
    clients.push(await tcpSocket(port));
    await taken;
  }
  return { clients, serverSides };
}

it("ends the oldest client that does not read for a reply that needs its memory", async () => {
  const { serverSides } = await connections(3);
  const replies = new UnreadReplies(2.5 * LARGE.length);

  for (const socket of serverSides) replies.send(socket, LARGE);

  expect(serverSides.map((socket) => socket.destroyed)).toEqual([true, false, false]);
});

it("does not count what has been read", async () => {
  const { clients, serverSides } = await connections(2);
  const replies = new UnreadReplies(1.5 * LARGE.length);
  const [first, second] = serverSides;

  replies.send(first!, LARGE);
  expect(await restOf(clients[0]!)).toHaveLength(LARGE.length);
  replies.send(second!, LARGE);

  expect(second!.destroyed).toBe(false);
});
