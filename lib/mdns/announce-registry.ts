import { type Logger } from "../log/logger";
import { type PublicKey } from "../security/credentials";
import { keyFingerprint } from "../security/key-fingerprint";
import { announcedPlace, warnIfUnreached } from "./announced-place";
import { MdnsAnnouncement } from "./mdns-announcement";
import { type MulticastNetwork } from "./multicast-network";
import { type Responder } from "./responder";
import { RIGWIRE_SERVICE, typeDomain } from "./service-names";

/** A registry, as far as it is announced. */
export interface AnnouncedRegistry {
  /** Where it is bound. */
  readonly url: string;
  readonly publicKey: PublicKey | undefined;
}

/**
 * Announces a registry.
 *
 * @throws {@link AddressError} - It is not served at a TCP port.
 */
export async function announceRegistry(
  network: MulticastNetwork,
  responder: Responder,
  { url, publicKey }: AnnouncedRegistry,
  name: string,
  log: Logger,
): Promise<MdnsAnnouncement> {
  const place = await announcedPlace(url, "the registry");
  warnIfUnreached(network, place, `the registry "${name}"`, url, log);
  return new MdnsAnnouncement(
    responder,
    {
      role: "registry",
      name,
      type: "",
      title: "registry",
      place,
      types: [typeDomain(RIGWIRE_SERVICE)],
      ...(publicKey !== undefined && { keyFingerprint: keyFingerprint(publicKey) }),
    },
    log,
  );
}
