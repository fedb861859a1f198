import { hostname } from "node:os";
import { isIP } from "node:net";
import { bareHost } from "../../address/hosts";

/**
 * Who may be meant by `Host` and `Origin`. A page of a stranger's can have its own name led to this computer after it
 * was loaded (DNS rebinding); then the browser names the stranger here. Numbers, `localhost` and this computer's own name
 * cannot be had by a stranger.
 */
export class AllowedHosts {
  private readonly names: ReadonlySet<string>;
  /** Of pages that may be our own: one that came without TLS may be anybody's by then, and a proxy may have TLS for us. */
  private readonly schemes: readonly string[];

  /**
   * @param hosts - Further names by which the gateway is reached, such as `rig.lab`.
   * @param origins - Pages of elsewhere that may connect, such as `https://screens.lab`.
   * @param isSecure - Whether the gateway is reached with TLS.
   */
  constructor(
    hosts: readonly string[],
    private readonly origins: readonly string[],
    isSecure: boolean,
  ) {
    this.schemes = isSecure ? ["https:"] : ["http:", "https:"];
    const own = hostname().toLowerCase();
    this.names = new Set([
      "localhost",
      own,
      `${own}.local`,
      ...hosts.map((host) => bareHost(host).toLowerCase()),
    ]);
  }

  /** @param host - As the header says it, with a port or without. */
  isOurs(host: string | undefined): boolean {
    const name = hostnameOf(host);
    return name !== undefined && (isIP(name) !== 0 || this.names.has(name));
  }

  /**
   * Whether a page may ask; programs that are no browsers name no origin.
   *
   * @param host - That is ours.
   */
  mayAsk(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined) return true;
    if (this.origins.includes(origin)) return true;
    if (host === undefined || !URL.canParse(origin)) return false;
    const page = new URL(origin);
    if (page.origin !== origin || !this.schemes.includes(page.protocol)) return false;
    return new URL(`${page.protocol}//${host}/`).host === page.host;
  }
}

function hostnameOf(host: string | undefined): string | undefined {
  if (host === undefined || !/^[\w.:[\]-]+$/.test(host) || !URL.canParse(`http://${host}/`)) return undefined;
  return bareHost(new URL(`http://${host}/`).hostname).replace(/\.$/, "");
}
