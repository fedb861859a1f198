import { type DnsRecord, type ServiceLocation } from "./dns-message";
import { type MulticastLink } from "./multicast-link";
import { LINK_LOCAL_IPV6 } from "./multicast-interface";
import { ALL_TYPES } from "./service-names";

/** A service as it is announced. */
export interface ServiceClaim extends ServiceLocation {
  /** The domain name of its type. */
  readonly type: string;
  readonly label: string;
  readonly text: readonly Buffer[];
  /** Where it is reached by those who are in the network of an interface; an empty list where it is not. */
  addresses(link: MulticastLink): readonly string[];
}

/** Of what may change with the computer's addresses, in seconds (RFC 6762, 10). */
const HOST_TTL = 120;

/** Of everything else, in seconds. */
export const OTHER_TTL = 75 * 60;

/** The domain name of the service itself. */
export function instanceName({ label, type }: Pick<ServiceClaim, "label" | "type">): string {
  return `${label}.${type}`;
}

/** What only one may claim. */
export function locationRecord(claim: ServiceClaim): DnsRecord & { readonly type: "SRV" } {
  const { target, port } = claim;
  return { name: instanceName(claim), type: "SRV", ttl: HOST_TTL, flush: true, data: { target, port } };
}

/**
 * Everything that is said of a service on one interface; an empty list where it is not reached by it.
 *
 * @param ending - Whether it is to be said that it holds no more.
 */
export function serviceRecords(
  claim: ServiceClaim,
  link: MulticastLink,
  ending = false,
): readonly DnsRecord[] {
  const { type, text, target } = claim;
  const addresses = claim.addresses(link);
  if (addresses.length === 0) return [];
  const name = instanceName(claim);
  const records: DnsRecord[] = [
    { name: type, type: "PTR", ttl: OTHER_TTL, flush: false, data: name },
    locationRecord(claim),
    { name, type: "TXT", ttl: OTHER_TTL, flush: true, data: text },
    ...addresses.map((address) => addressRecord(target, address)),
  ];
  if (ending) return records.map((record) => ({ ...record, ttl: 0 }));
  return [...records, { name: ALL_TYPES, type: "PTR", ttl: OTHER_TTL, flush: false, data: type }];
}

function addressRecord(name: string, address: string): DnsRecord {
  const type = address.includes(":") ? "AAAA" : "A";
  return { name, type, ttl: HOST_TTL, flush: true, data: address };
}

/** The addresses of an interface by which those in its networks reach what is bound to every one of them. */
export function addressesAt({ face }: MulticastLink, family: 4 | 6): readonly string[] {
  const own = face.addresses.filter((each) => each.family === family).map(({ address }) => address);
  // Those of the link alone come last: not every program can use them.
  return [
    ...own.filter((each) => !LINK_LOCAL_IPV6.test(each)),
    ...own.filter((each) => LINK_LOCAL_IPV6.test(each)),
  ];
}
