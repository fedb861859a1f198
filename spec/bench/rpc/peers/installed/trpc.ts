import { EventEmitter, on } from "node:events";
import { createServer } from "node:http";
import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import { initTRPC } from "@trpc/server";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { WebSocket as NodeWebSocket, WebSocketServer } from "ws";
import { listeningPort } from "../listening-port";
import { type Peer, READING, type Reading } from "../peer";

const { procedure, router } = initTRPC.create();
const events = new EventEmitter().setMaxListeners(0);

/** Inputs are declared, and not checked: the other peers do not check them either. */
const echoRouter = router({
  echo: procedure.input((reading) => reading as Reading).query(({ input }) => input),
  measured: procedure.subscription(async function* ({ signal }) {
    for await (const [reading] of on(events, "measured", { signal })) yield reading as Reading;
  }),
  emit: procedure
    .input((count) => count as number)
    .mutation(({ input: count }) => {
      for (let index = 0; index < count; index++) events.emit("measured", READING);
    }),
});

export const peer: Peer = {
  async serve() {
    const server = createServer();
    const sockets = new WebSocketServer({ server });
    applyWSSHandler({ wss: sockets, router: echoRouter });
    return {
      address: `ws://127.0.0.1:${await listeningPort(server)}`,
      async close() {
        for (const socket of sockets.clients) socket.terminate();
        sockets.close();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  },

  async connect(url) {
    // The sockets of `ws` are declared apart from those of browsers, and are used alike.
    const WebSocketOfNode = NodeWebSocket as unknown as typeof WebSocket;
    const socket = createWSClient({ url, WebSocket: WebSocketOfNode });
    const client = createTRPCClient<typeof echoRouter>({ links: [wsLink({ client: socket })] });
    return Promise.resolve({
      echo: (reading) => client.echo.query(reading),
      subscribe: (onEvent) =>
        new Promise((resolve, reject) => {
          client.measured.subscribe(undefined, {
            onStarted: () => resolve(),
            onData: () => onEvent(),
            onError: reject,
          });
        }),
      emit: (count) => client.emit.mutate(count),
      close: () => socket.close(),
    });
  },
};
