import { hostname } from "node:os";
import { AddressError } from "../errors";
import { type Logger } from "../log/logger";
import { formatNatsUrl, parseNatsUrl } from "../nats/nats-url";
import { announcedPlace, warnIfUnreached } from "./announced-place";
import { MdnsAnnouncement } from "./mdns-announcement";
import { type MulticastNetwork } from "./multicast-network";
import { type Responder } from "./responder";
import { NATS_SERVICE, typeDomain } from "./service-names";

/** Where a NATS server listens unless it is told otherwise. */
const NATS_PORT = 4222;

/**
 * Announces a NATS broker, which cannot do so itself. What logs in at it is not told.
 *
 * @param url - `nats://HOST[:PORT][/SITE]`; `*` is this computer, at every interface.
 * @throws {@link AddressError} - It is none, or its host is not known.
 */
export async function announceBroker(
  network: MulticastNetwork,
  responder: Responder,
  url: string,
  log: Logger,
): Promise<MdnsAnnouncement> {
  const { servers, path } = parseNatsUrl(url);
  const shown = formatNatsUrl({ servers, path });
  const [server = "", ...otherServers] = servers;
  const [site, ...rest] = path.filter((part) => part !== "");
  if (otherServers.length > 0 || rest.length > 0) {
    throw new AddressError(
      `"${shown}" is not announced by mDNS: expected one server, as in nats://*:${NATS_PORT}/berlin; the others of ` +
        "a cluster announce themselves",
    );
  }
  const withPort = /:\d+$/.test(server) ? server : `${server}:${NATS_PORT}`;
  const place = await announcedPlace(`tcp://${withPort}`, "the broker");
  const name = `NATS on ${hostname()}`;
  warnIfUnreached(network, place, `the NATS broker of "${name}"`, shown, log, "name it nats://*");
  return new MdnsAnnouncement(
    responder,
    {
      role: "broker",
      name,
      type: "",
      title: "broker",
      place,
      types: [typeDomain(NATS_SERVICE)],
      ...(site !== undefined && { site }),
    },
    log,
  );
}
