import { type Logger } from "../../log/logger";
import { type WebAccess } from "../../transport/web-access";
import { type GatewayAccess } from "../gateway-contract";

/** How devices are offered to browsers. */
export interface GatewayOptions extends Pick<WebAccess, "tls"> {
  /** Where: `http://HOST[:PORT]`, or `https:` with {@link tls}. Default `http://127.0.0.1:8080`. */
  readonly url?: string;
  /** Whether devices may be controlled, or read only: then calls and sets are refused here. Default `"control"`. */
  readonly access?: GatewayAccess;
  /**
   * The path of a file of tokens, as `rigwire keygen --token NAME` writes it: browsers and programs with one of them are
   * let in. It is read when somebody comes. Default: none.
   */
  readonly tokens?: string;
  /**
   * The path of a file whose first line is a password for browsers; nobody but its owner may read it. Default: none.
   */
  readonly passwordFile?: string;
  /**
   * What lets browsers in besides a password and tokens: `"link"`, an address that is good once
   * ({@link DeviceGateway.loginUrl}); or `"none"`: everybody who can connect, for tests and for behind what asks by itself.
   * Default `"link"`.
   */
  readonly login?: "link" | "none";
  /** Names by which it is reached, besides addresses, `localhost` and the computer's own, such as `rig.lab`. */
  readonly hosts?: readonly string[];
  /** Pages of elsewhere that may connect, such as `https://screens.lab`. Default: its own alone. */
  readonly origins?: readonly string[];
  /** Whether others on the network may reach it without TLS, as behind a proxy that has it. Default false. */
  readonly insecure?: boolean;
  /** The folder of the page, with `index.html`. Default: the console of this package. */
  readonly page?: string;
  /** How long a connection to a device is kept that nobody uses, in milliseconds. Default 30,000. */
  readonly keepMs?: number;
  /** The largest message that is passed on, in bytes. Default 64 MiB. */
  readonly maxMessageBytes?: number;
  /** The longest JSON text of a request that is passed on, in bytes. Default 4 MiB. */
  readonly maxTextBytes?: number;
  /** A browser that says nothing for this long, not even to a heartbeat, is gone, in milliseconds. Default 5,000. */
  readonly heartbeatMs?: number;
  /** Signals that may wait for a slow browser; what comes beyond it misses, and is told. Default 10,000. */
  readonly signalHighWaterMark?: number;
  /** Default: warnings and errors as JSON lines on stderr. */
  readonly logger?: Logger;
}
