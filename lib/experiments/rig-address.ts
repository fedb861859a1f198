import { urlHost } from "../address/hosts";

/** Where a message comes from or goes to. */
export interface RigAddress {
  /** An IP address. */
  readonly host: string;
  readonly port: number;
}

/** `10.0.0.7:11001`, `[::1]:11001`. */
export function formatAddress({ host, port }: RigAddress): string {
  return `${urlHost(host)}:${port}`;
}

/** Whether two addresses are one. */
export function isSameAddress(one: RigAddress, other: RigAddress): boolean {
  return one.host === other.host && one.port === other.port;
}
