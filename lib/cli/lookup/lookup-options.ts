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
    .option("--mdns-interface <name>", `${doing} by mDNS, in the network of this interface`);
}

/** A place where names are looked up. */
export type LookupPlace =
  | { readonly kind: "registry"; readonly url: string }
  | { readonly kind: "local" }
  | { readonly kind: "mdns"; readonly interfaces: readonly string[] | undefined }
  | { readonly kind: "rpyc"; readonly transport: "udp" | "tcp"; readonly address: string | undefined };

/** The places that are named; without any, this computer's advertisements and the registry of the environment. */
export function lookupPlaces(options: LookupOptions, env: NodeJS.ProcessEnv): readonly LookupPlace[] {
  const { registry, local = false, rpyc = false, rpycHost, mdnsInterface } = options;
  const mdns = options.mdns === true || mdnsInterface !== undefined;
  const isNamed = registry !== undefined || local || rpyc || rpycHost !== undefined || mdns;
  const url = registry ?? (isNamed ? undefined : env.RIGWIRE_REGISTRY);
  return [
    ...(url === undefined || url === "" ? [] : [{ kind: "registry", url: registryUrl(url) } as const]),
    ...(local || !isNamed ? [{ kind: "local" } as const] : []),
    ...(rpyc || rpycHost !== undefined ? [rpycPlace(rpycHost)] : []),
    ...(mdns ? [mdnsPlace(mdnsInterface)] : []),
  ];
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
export function withScheme(url: string): string {
  return url.includes("://") ? url : `tcp://${url}`;
}

function mdnsPlace(name: string | undefined): LookupPlace {
  return { kind: "mdns", interfaces: name === undefined ? undefined : [name] };
}

function rpycPlace(host: string | undefined): LookupPlace {
  const isTcp = host?.startsWith("tcp://") === true;
  return { kind: "rpyc", transport: isTcp ? "tcp" : "udp", address: host?.replace(/^(tcp|udp):\/\//, "") };
}
