import { isIPv4 } from "node:net";
import { urlHost } from "../address/hosts";

/** Where an RPyC service is served. */
export interface ServiceAddress {
  readonly host: string;
  /** 1 to 65,535. */
  readonly port: number;
}

/** What anyone may have registered for a port: the originals' registry does not look at it, nor does this one. */
export type RegisteredPort = number | bigint | string;

/** Where a service says that it is served, as a registry keeps it and hands it out. */
export interface RegisteredAddress {
  readonly host: string;
  readonly port: RegisteredPort;
}

/** `10.0.0.7:18811`, `[fe80::1]:18811`. */
export function formatAddress({ host, port }: RegisteredAddress): string {
  return `${urlHost(host)}:${port}`;
}

/** The host as an IPv4 peer knows it: a socket for both families tells `::ffff:10.0.0.7`. */
export function plainHost(host: string): string {
  const mapped = host.replace(/^::ffff:/i, "");
  return isIPv4(mapped) ? mapped : host;
}

/** Whether a value from elsewhere is a port that a service can have. */
export function isServicePort(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 65_535;
}

/** Whether a value from elsewhere can stand for a port in a registry: a text or a whole number. */
export function isRegisteredPort(value: unknown): value is RegisteredPort {
  return typeof value === "string" || typeof value === "bigint" || Number.isInteger(value);
}
