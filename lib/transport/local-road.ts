import { type Connection, type ConnectionOptions, type ConnectionReceiver } from "./connection";
import { type Exchange } from "./exchange";
import { type ClientIdentity, type EndpointOptions, type RequestHandler, type RpcEndpoint } from "./endpoint";
import { type Logger } from "../log/logger";
import { type LocalRoadOffer } from "../wire/local-road-offer";

/** The inventory feature of servers that offer the local road. */
export const LOCAL_ROAD_FEATURE = "local";

/**
 * The road between a server and the clients of its own computer that are of the same user. A client comes to it over a
 * connection of another transport, which says who it is, and leaves that for it.
 */
export interface LocalRoad {
  /** How a client goes over. Only here, so that pages, which have no such road, need not load it. */
  readonly take: TakeLocalRoad;
  client(): LocalRoadClient;
  server(): LocalRoadServer;
}

/**
 * Goes over to the local road where the server is on this computer and offers it, before anything is asked of it or
 * subscribed. Where that fails, for whatever reason, everything stays as it is.
 *
 * @param askOffer - Asks the server; nothing where it offers none.
 * @param signal - Ends the attempt.
 */
export type TakeLocalRoad = (
  exchange: Exchange,
  askOffer: () => Promise<LocalRoadOffer | undefined>,
  options: ConnectionOptions,
  signal: AbortSignal,
) => Promise<void>;

/** The client's side of it. */
export interface LocalRoadClient {
  /**
   * Connects, and resolves when the server has let this client in and has shown that it is the one that made the offer.
   *
   * @param url - What people know the server by.
   * @param signal - Ends the attempt.
   * @throws Error if the place is not reached from here, or another server is there.
   */
  connect(
    url: string,
    offer: LocalRoadOffer,
    receiver: ConnectionReceiver,
    options: ConnectionOptions,
    signal: AbortSignal,
  ): Promise<Connection>;
}

/** The server's side of it. */
export interface LocalRoadServer {
  /** @returns Nothing where there is no place for it; the log says so once for each process. */
  listen(
    handler: RequestHandler,
    options: EndpointOptions,
    log: Logger,
  ): Promise<LocalRoadEndpoint | undefined>;
}

/** An endpoint to which clients come that are connected otherwise. */
export interface LocalRoadEndpoint extends RpcEndpoint {
  /**
   * A place and a ticket for a client, which makes void what it was given before.
   *
   * @returns Nothing where it cannot come: it is on another computer, or here already, or too many are on their way.
   */
  offer(client: ClientIdentity): LocalRoadOffer | undefined;

  /**
   * The connection over which a client came is gone: what it was given is void.
   *
   * @returns Whether the client itself is still here.
   */
  isKept(client: ClientIdentity): boolean;
}

let registered: LocalRoad | undefined;

/** Makes the local road known, where the program can have one. */
export function registerLocalRoad(road: LocalRoad): void {
  registered = road;
}

/** Nothing where the program can have none, as in a browser. */
export function localRoad(): LocalRoad | undefined {
  return registered;
}
