import { type Logger } from "../log/logger";

/** How programs find each other by mDNS. */
export interface MdnsOptions {
  /**
   * The interfaces to use, by name (`eth0`) or by one of their addresses. Default: all that this computer has, loopback
   * only where there is no other.
   */
  readonly interfaces?: readonly string[];
  /**
   * Further DNS-SD service types, such as `_bpod._tcp`, each with the type of the devices that it is for, such as `bpod`:
   * those are announced there besides, and what others announce there counts as a device of that type, at
   * `tcp://ADDRESS:PORT`. Default: none.
   */
  readonly serviceTypes?: Readonly<Record<string, string>>;
  /** The UDP port of the group; programs with different ports do not hear each other. Default 5353, that of mDNS. */
  readonly port?: number;
  /** Default: warnings and errors as JSON lines on stderr. */
  readonly logger?: Logger;
}
