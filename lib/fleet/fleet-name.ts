import { isSubjectToken } from "../nats/subject-token";
import { AddressError } from "../errors";

/** A device of a fleet: its name is one within its site. */
export interface FleetName {
  /** Nothing where it was not said. */
  readonly site: string | undefined;
  readonly name: string;
}

/** `SITE/NAME`, as people write a device of a fleet. */
export function fleetName(site: string, name: string): string {
  return `${site}/${name}`;
}

/** Takes `SITE/NAME` apart, or `NAME` alone; what stands behind the first slash is the name. */
export function parseFleetName(text: string): FleetName {
  const slash = text.indexOf("/");
  return slash < 0
    ? { site: undefined, name: text }
    : { site: text.slice(0, slash), name: text.slice(slash + 1) };
}

/**
 * @throws AddressError for what is no name of a site.
 */
export function checkedSite(site: string): string {
  if (isSubjectToken(site) && !site.includes("/")) return site;
  throw new AddressError(
    `${JSON.stringify(site)} is no site: give it a short name without a slash, such as berlin`,
  );
}
