import { type Command } from "commander";

/** Where names are looked up, as a command line says it. */
export interface LookupOptions {
  readonly registry?: string;
  readonly local?: boolean;
  readonly rpyc?: boolean;
  readonly rpycHost?: string;
}

/** Adds the options that say where names are looked up. */
export function addLookupOptions(command: Command): Command {
  return command
    .option("--registry <url>", "look names up in this device registry (also: RIGWIRE_REGISTRY)")
    .option("--local", "look names up in this computer's advertisements")
    .option("--rpyc", "look names up in the RPyC registries of the local network")
    .option("--rpyc-host <host>", "look names up in the RPyC registry at HOST[:PORT] or tcp://HOST[:PORT]");
}

/** A place where names are looked up. */
export type LookupPlace =
  | { readonly kind: "registry"; readonly url: string }
  | { readonly kind: "local" }
  | { readonly kind: "rpyc"; readonly transport: "udp" | "tcp"; readonly address: string | undefined };

/** The places that are named; without any, this computer's advertisements and the registry of the environment. */
export function lookupPlaces(options: LookupOptions, env: NodeJS.ProcessEnv): readonly LookupPlace[] {
  const { registry, local = false, rpyc = false, rpycHost } = options;
  const isNamed = registry !== undefined || local || rpyc || rpycHost !== undefined;
  const url = registry ?? (isNamed ? undefined : env.RIGWIRE_REGISTRY);
  return [
    ...(url === undefined || url === "" ? [] : [{ kind: "registry", url: withScheme(url) } as const]),
    ...(local || !isNamed ? [{ kind: "local" } as const] : []),
    ...(rpyc || rpycHost !== undefined ? [rpycPlace(rpycHost)] : []),
  ];
}

const DEFAULT_REGISTRY_PORT = 5555;

function withScheme(url: string): string {
  if (url.includes("://")) return url;
  return `tcp://${url.includes(":") ? url : `${url}:${DEFAULT_REGISTRY_PORT}`}`;
}

function rpycPlace(host: string | undefined): LookupPlace {
  const isTcp = host?.startsWith("tcp://") === true;
  return { kind: "rpyc", transport: isTcp ? "tcp" : "udp", address: host?.replace(/^(tcp|udp):\/\//, "") };
}
