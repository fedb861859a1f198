import { type Command } from "commander";
import { formatAddress, parseAddress } from "../../address/address";

/** Where names are looked up, as a command line says it. */
export interface LookupOptions {
  readonly registry?: string;
  readonly local?: boolean;
  readonly rpyc?: boolean;
  readonly rpycHost?: string;
  readonly mdns?: boolean;
  readonly mdnsInterface?: string;
  readonly fleet?: string;
}

/**
 * Adds the options that say where names are looked up.
 *
 * @param doing - What the command does there.
 */
export function addLookupOptions(command: Command, doing = "look names up"): Command {
  return command
    .option("--registry <url>", `${doing} in this device registry (also: RIGWIRE_REGISTRY)`)
    .option("--local", `${doing} in this computer's advertisements`)
    .option("--rpyc", `${doing} in the RPyC registries of the local network`)
    .option("--rpyc-host <host>", `${doing} in the RPyC registry at HOST[:PORT] or tcp://HOST[:PORT]`)
    .option("--mdns", `${doing} by mDNS, in the networks that this computer is in`)
    .option("--mdns-interface <name>", `${doing} by mDNS, in the network of this interface`)
    .option(
      "--fleet <url>",
      `${doing} in the fleet at nats://HOST[:PORT][/SITE], or mdns:[SITE] (also: RIGWIRE_FLEET)`,
    );
}

/** A place where names are looked up. */
export type LookupPlace =
  | { readonly kind: "registry"; readonly url: string }
  | { readonly kind: "local" }
  | { readonly kind: "mdns"; readonly interfaces: readonly string[] | undefined }
  /**
   * With a site behind the servers: that one alone is listed, and meant by a name without one. `mdns:[SITE]` is the fleet
   * whose broker is announced by mDNS.
   */
  | { readonly kind: "fleet"; readonly url: string }
  | { readonly kind: "rpyc"; readonly transport: "udp" | "tcp"; readonly address: string | undefined };

/** The places that are named; without any, this computer's advertisements and what the environment names. */
export function lookupPlaces(options: LookupOptions, env: NodeJS.ProcessEnv): readonly LookupPlace[] {
  const { registry, local = false, rpyc = false, rpycHost, mdnsInterface, fleet } = options;
  const mdns = options.mdns === true || mdnsInterface !== undefined;
  const isNamed =
    registry !== undefined || local || rpyc || rpycHost !== undefined || mdns || fleet !== undefined;
  const url = registry ?? (isNamed ? undefined : env.RIGWIRE_REGISTRY);
  const fleetUrl = fleet ?? (isNamed ? undefined : env.RIGWIRE_FLEET);
  return [
    ...(url === undefined || url === "" ? [] : [{ kind: "registry", url: registryUrl(url) } as const]),
    ...(local || !isNamed ? [{ kind: "local" } as const] : []),
    ...(rpyc || rpycHost !== undefined ? [rpycPlace(rpycHost)] : []),
    ...(mdns ? [mdnsPlace(mdnsInterface)] : []),
    ...(fleetUrl === undefined || fleetUrl === ""
      ? []
      : [{ kind: "fleet", url: fleetPlace(fleetUrl) } as const]),
  ];
}

const FLEET_BY_MDNS = /^mdns:(?:\/\/)?([^/]*)$/;

function fleetPlace(text: string): string {
  return FLEET_BY_MDNS.test(text) ? text : withScheme(text, "nats");
}

/** What is to be looked for by mDNS where a fleet is named as `mdns:[SITE]`; nothing where it has an address. */
export function fleetByMdns(url: string): { readonly site?: string } | undefined {
  const [, site] = FLEET_BY_MDNS.exec(url) ?? [];
  if (site === undefined) return undefined;
  return site === "" ? {} : { site };
}

const DEFAULT_REGISTRY_PORT = 5555;

/**
 * `HOST` and `tcp://HOST` are a registry at its usual port.
 *
 * @throws AddressError if it is no address.
 */
function registryUrl(text: string): string {
  const address = parseAddress(withScheme(text));
  return formatAddress(
    address.scheme === "tcp" ? { ...address, port: address.port ?? DEFAULT_REGISTRY_PORT } : address,
  );
}

/** A host, with or without a port, is an address even without its scheme. */
export function withScheme(url: string, scheme = "tcp"): string {
  return url.includes("://") ? url : `${scheme}://${url}`;
}

function mdnsPlace(name: string | undefined): LookupPlace {
  return { kind: "mdns", interfaces: name === undefined ? undefined : [name] };
}

function rpycPlace(host: string | undefined): LookupPlace {
  const isTcp = host?.startsWith("tcp://") === true;
  return { kind: "rpyc", transport: isTcp ? "tcp" : "udp", address: host?.replace(/^(tcp|udp):\/\//, "") };
}
