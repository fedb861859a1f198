import { createServer } from "node:net";
import { isOwnHost } from "../../../address/node/own-addresses";
import { messageOf } from "../../../errors";
import { type Logger } from "../../../log/logger";
import { type Frame } from "../../../wire/frame";
import { type LocalRoadOffer } from "../../../wire/local-road-offer";
import { type ClientIdentity, type EndpointOptions, type RequestHandler } from "../../endpoint";
import { DEFAULT_HEARTBEAT_MS } from "../../heartbeat";
import { LOCAL_ROAD_FEATURE, type LocalRoadEndpoint, type LocalRoadServer } from "../../local-road";
import { type Doorkeeper } from "../admission";
import { type Arrival, type Listener, StreamEndpoint } from "../stream-endpoint";
import { listenPrivately } from "../unix/listen-privately";
import { SocketCarrier } from "../unix/socket-carrier";
import { freshRoadPlace, removeDeadRoads } from "./road-place";
import { Tickets } from "./tickets";

/** So many connections may not have shown a ticket yet. */
const MAX_GREETING = 1_024;

let cleaning: Promise<void> | undefined;
let isTold = false;

/** The server's side of the local road. */
export const localRoadServer: LocalRoadServer = {
  async listen(handler, options, log) {
    try {
      const path = freshRoadPlace();
      // Nothing is in the way of a place that nobody had before: it is done beside.
      cleaning ??= removeDeadRoads();
      return await open(path, handler, options, log);
    } catch (error) {
      if (!isTold) {
        log.warn(
          { reason: messageOf(error) },
          "clients of this computer come by the network, which is slower: there is no place for a socket " +
            "of the local road in the user's runtime folder (XDG_RUNTIME_DIR); local: false serves without it",
        );
      }
      isTold = true;
      return undefined;
    }
  },
};

async function open(
  path: string,
  handler: RequestHandler,
  options: EndpointOptions,
  log: Logger,
): Promise<LocalRoadEndpoint> {
  const tickets = new Tickets();
  const doorkeeper: Doorkeeper = {
    admit({ ticket }) {
      const taken = ticket === undefined ? undefined : tickets.take(ticket);
      if (taken === undefined || endpoint.hasClient(taken.client.id)) {
        return Promise.resolve({ isAdmitted: false, refusal: "no-ticket" });
      }
      const { client, proof } = taken;
      return Promise.resolve({ isAdmitted: true, key: client.key, client, proof });
    },
  };
  const { heartbeatMs = DEFAULT_HEARTBEAT_MS } = options;
  const listen = (onArrival: (arrival: Arrival) => void) => listenAt(path, onArrival);
  const endpoint = await StreamEndpoint.open({ listen, doorkeeper, heartbeatMs }, handler, options, log);
  return new LocalRoadOf(endpoint, path, tickets);
}

/** An endpoint of streams whose clients come from others. */
class LocalRoadOf implements LocalRoadEndpoint {
  readonly signalPort = 0;
  readonly url: string;
  readonly maxMessageBytes: number;
  readonly features: readonly string[];
  readonly subscriptions$: StreamEndpoint["subscriptions$"];
  readonly departed$: StreamEndpoint["departed$"];

  constructor(
    private readonly endpoint: StreamEndpoint,
    private readonly path: string,
    private readonly tickets: Tickets,
  ) {
    this.url = endpoint.url;
    this.maxMessageBytes = endpoint.maxMessageBytes;
    this.features = [...endpoint.features, LOCAL_ROAD_FEATURE];
    this.subscriptions$ = endpoint.subscriptions$;
    this.departed$ = endpoint.departed$;
  }

  offer(client: ClientIdentity): LocalRoadOffer | undefined {
    const host = client.host ?? client.address;
    if (this.endpoint.hasClient(client.id) || (host !== undefined && !isOwnHost(host))) return undefined;
    const issued = this.tickets.issue(client);
    return issued === undefined ? undefined : { path: this.path, ...issued };
  }

  isKept(client: ClientIdentity): boolean {
    this.tickets.revoke(client);
    return this.endpoint.hasClient(client.id);
  }

  get clientCount(): number {
    return this.endpoint.clientCount;
  }

  publish(signal: string, frame: Frame, data?: Uint8Array): number {
    return this.endpoint.publish(signal, frame, data);
  }

  subscriptionsArrived(token: string | undefined): Promise<boolean> {
    return this.endpoint.subscriptionsArrived(token);
  }

  close(): Promise<void> {
    return this.endpoint.close();
  }
}

async function listenAt(path: string, onArrival: (arrival: Arrival) => void): Promise<Listener> {
  let greeting = 0;
  const server = createServer((socket) => {
    if (greeting >= MAX_GREETING) {
      socket.destroy();
      return;
    }
    greeting += 1;
    let isGreeting = true;
    const greeted = () => {
      if (isGreeting) greeting -= 1;
      isGreeting = false;
    };
    onArrival({
      open: (receiver) => new SocketCarrier(socket, receiver),
      address: undefined,
      onWelcome: greeted,
      onGone: greeted,
    });
  });
  await listenPrivately(server, path);
  // What comes later, such as too many open files, ends no server.
  server.on("error", () => undefined);
  return {
    url: `unix://${path}`,
    // The file is removed with it.
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
