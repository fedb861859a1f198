import { ValidationError } from "../errors";
import { MAX_LABEL_BYTES } from "./dns-message";
import { hasControlCharacters } from "../wire/control-characters";

/** The service type of rigwire's registries and devices. */
export const RIGWIRE_SERVICE = "_rigwire._tcp";

/** The service type of NATS brokers. */
export const NATS_SERVICE = "_nats._tcp";

const DOMAIN = "local";

/** Under this name every type of service is listed (RFC 6763, 9). */
export const ALL_TYPES = `_services._dns-sd._udp.${DOMAIN}`;

/** A name of 15 characters at most (RFC 6335), and the protocol. */
const SERVICE_TYPE = /^_(?=[a-z0-9-]{1,15}\._)[a-z0-9]+(-[a-z0-9]+)*\._(tcp|udp)$/i;

/** The domain name of a service type: `_rigwire._tcp` → `_rigwire._tcp.local`. */
export function typeDomain(serviceType: string): string {
  if (SERVICE_TYPE.test(serviceType)) return `${serviceType}.${DOMAIN}`;
  throw new ValidationError(
    `"${serviceType}" is no service type of mDNS: expected such as _bpod._tcp, its name of up to 15 letters, digits and hyphens`,
  );
}

/** The name under which the library keeps a label whole; it takes a dot for the end of a label. */
export function labelOf(name: string): string {
  return shortened(name.replace(/\./g, "-").replace(/\p{Cc}/gu, " "), MAX_LABEL_BYTES);
}

/** `cam-1`, then `cam-1-1`, `cam-1-2` …, within the length of a label. */
export function numbered(name: string, number: number): string {
  if (number === 0) return name;
  const ending = `-${number}`;
  return `${shortened(name, MAX_LABEL_BYTES - ending.length)}${ending}`;
}

/** The label of an instance whose domain name is of that type; nothing where it is none that is taken. */
export function instanceLabel(instance: string, type: string): string | undefined {
  if (!instance.toLowerCase().endsWith(`.${type.toLowerCase()}`)) return undefined;
  const label = instance.slice(0, -type.length - 1);
  const isTaken = label !== "" && Buffer.byteLength(label) <= MAX_LABEL_BYTES && !hasControlCharacters(label);
  return isTaken ? label : undefined;
}

/** A host that no other program has a name for. */
export function hostDomain(id: string): string {
  return `rigwire-${id}.${DOMAIN}`;
}

function shortened(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  let end = Math.min(bytes.length, maxBytes);
  // Not within a character: those bytes after its first begin with the bits 10.
  while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString("utf8", 0, end);
}
