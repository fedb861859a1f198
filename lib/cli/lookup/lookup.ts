import { type DeviceDirectory, type DeviceQuery, type DeviceRecord } from "../../discovery/device-directory";
import { MalformedMessageError, messageOf } from "../../errors";
import { type Logger } from "../../log/logger";
import { parseAddress } from "../../address/address";
import { bareHost } from "../../address/hosts";
import { type ChosenKeys, type Security } from "../keys/chosen-keys";
import { orFirstProblem } from "../contract/first-problem";
import { fleetByMdns, type LookupPlace } from "./lookup-options";

/** A directory, with what people call it. */
export interface LookupSource {
  readonly kind: LookupPlace["kind"];
  readonly name: string;
  readonly directory: DeviceDirectory;
  close(): Promise<void>;
}

/** What a look-up brought: the devices of all places, and which places could not be asked. */
export interface LookupResult {
  readonly devices: readonly DeviceRecord[];
  readonly failures: readonly { readonly source: string; readonly error: unknown }[];
}

/** Several directories, asked all at once. */
export class Lookup {
  private constructor(readonly sources: readonly LookupSource[]) {}

  /** Loads only what the places need. */
  static async open(places: readonly LookupPlace[], keys: ChosenKeys, logger: Logger): Promise<Lookup> {
    return new Lookup(await Promise.all(places.map((place) => openSource(place, keys, logger))));
  }

  /** The places that could be asked, as people call them. */
  answering({ failures }: LookupResult): string {
    const failed = new Set(failures.map(({ source }) => source));
    return this.sources.flatMap(({ name }) => (failed.has(name) ? [] : [name])).join(" and ");
  }

  /** "this computer's advertisements and the registry at tcp://10.0.0.1:5555". */
  get description(): string {
    return this.sources.map(({ name }) => name).join(" and ");
  }

  /** The options that name further kinds of places: "--registry URL or --rpyc"; empty where all are asked. */
  get otherOptions(): string {
    const asked = new Set(this.sources.map(({ kind }) => kind));
    return OPTIONS.flatMap(([kind, option]) => (asked.has(kind) ? [] : [option])).join(" or ");
  }

  /** The devices that any place knows. Does not throw. */
  async find(query: DeviceQuery): Promise<LookupResult> {
    const answers = await Promise.allSettled(this.sources.map(({ directory }) => directory.find(query)));
    const devices = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
    const failures = answers.flatMap((answer, index) => {
      const source = this.sources[index]?.name ?? "";
      return answer.status === "rejected" ? [{ source, error: answer.reason as unknown }] : [];
    });
    return { devices: distinct(devices), failures };
  }

  /**
   * @throws The first failure, if no place could be asked at all.
   */
  async findAny(query: DeviceQuery): Promise<LookupResult> {
    const result = await this.find(query);
    if (result.failures.length === this.sources.length && result.failures[0] !== undefined) {
      throw result.failures[0].error;
    }
    return result;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await Promise.all(this.sources.map((source) => source.close()));
  }
}

const OPTIONS: readonly (readonly [LookupPlace["kind"], string])[] = [
  ["local", "--local"],
  ["registry", "--registry URL"],
  ["rpyc", "--rpyc"],
  ["mdns", "--mdns"],
  ["fleet", "--fleet URL"],
];

/** "; the registry at … is not reachable: …", or nothing. */
export function failuresText({ failures }: LookupResult): string {
  return failures.map(({ error }) => `; ${messageOf(error)}`).join("");
}

function distinct(devices: readonly DeviceRecord[]): readonly DeviceRecord[] {
  return [...new Map(devices.map((device) => [`${device.name}\n${device.url}`, device])).values()];
}

async function openSource(place: LookupPlace, keys: ChosenKeys, logger: Logger): Promise<LookupSource> {
  switch (place.kind) {
    case "local": {
      const { AdvertisementDirectory } = await import("../../advertisement/advertisement-directory.js");
      return {
        kind: "local",
        name: "this computer's advertisements",
        directory: new AdvertisementDirectory({ logger }),
        close: () => Promise.resolve(),
      };
    }
    case "registry":
      return openRegistry(place.url, keys.towardsRegistry(), logger);
    case "rpyc":
      return openRpyc(place, logger);
    case "mdns":
      return openMdns(place, logger);
    case "fleet":
      return openFleet(place.url, logger);
  }
}

async function openRegistry(url: string, security: Security, logger: Logger): Promise<LookupSource> {
  parseAddress(url);
  const { RegistryClient } = await import("../../registry/registry-client.js");
  const { RegistryDirectory } = await import("../../registry/registry-directory.js");
  const client = new RegistryClient(url, { ...security, logger, timeoutMs: REGISTRY_TIMEOUT_MS });
  const name = `the registry at ${url}`;
  return {
    kind: "registry",
    name,
    directory: {
      find: (query) =>
        orFirstProblem((signal) => client.list(query, { signal }), client.state$, name, undefined).catch(
          (error: unknown) => {
            if (!(error instanceof MalformedMessageError)) throw error;
            throw new MalformedMessageError(`what answers at ${url} is no registry: ${error.message}`);
          },
        ),
      changes$: new RegistryDirectory(client).changes$,
    },
    close: () => client.close(),
  };
}

/** A person waits. */
const REGISTRY_TIMEOUT_MS = 2_000;

async function openRpyc(
  { transport, address }: LookupPlace & { kind: "rpyc" },
  logger: Logger,
): Promise<LookupSource> {
  const { RpycDirectory } = await import("../../rpyc/client/rpyc-directory.js");
  const client = await rpycClient(transport, address);
  return {
    kind: "rpyc",
    name:
      address === undefined
        ? "the RPyC registries of the local network"
        : `the RPyC registry at ${client.url}`,
    directory: new RpycDirectory(client, { logger }),
    close: () => Promise.resolve(),
  };
}

/** A person waits, but not twice: who answered others a moment ago answers again a second later. */
const MDNS_ANSWERED_WITHIN_MS = 1_500;

async function openMdns(
  { interfaces }: LookupPlace & { kind: "mdns" },
  logger: Logger,
): Promise<LookupSource> {
  const { MulticastNetwork } = await import("../../mdns/multicast-network.js");
  const { MdnsDirectory } = await import("../../mdns/mdns-directory.js");
  const network = await MulticastNetwork.open({ logger, ...(interfaces !== undefined && { interfaces }) });
  const directory = new MdnsDirectory(network, { logger, answeredWithinMs: MDNS_ANSWERED_WITHIN_MS });
  return {
    kind: "mdns",
    name:
      interfaces === undefined ? "the local networks (mDNS)" : `the network of ${interfaces.join()} (mDNS)`,
    directory,
    close() {
      directory.close();
      network.close();
      return Promise.resolve();
    },
  };
}

async function openFleet(url: string, logger: Logger): Promise<LookupSource> {
  const wanted = fleetByMdns(url);
  if (wanted !== undefined) return openDiscoveredFleet(wanted, logger);
  const { Fleet } = await import("../../fleet/fleet.js");
  const fleet = new Fleet(url, { logger, onlySite: true });
  const { directory, site } = fleet;
  return {
    kind: "fleet",
    name: `${site === undefined ? "" : `site ${site} of `}the fleet at ${fleet.servers.join(", ")}`,
    directory,
    close: () => fleet.close(),
  };
}

async function openDiscoveredFleet(
  wanted: { readonly site?: string },
  logger: Logger,
): Promise<LookupSource> {
  const { MulticastNetwork } = await import("../../mdns/multicast-network.js");
  const { DiscoveredFleet } = await import("../../di/discovered-fleet.js");
  const network = await MulticastNetwork.open({ logger });
  const discovered = new DiscoveredFleet(network, { ...wanted, onlySite: true, logger });
  const { site } = wanted;
  return {
    kind: "fleet",
    name: `${site === undefined ? "" : `site ${site} of `}the fleet that is announced by mDNS`,
    directory: discovered.directory,
    async close() {
      await discovered.close();
      network.close();
    },
  };
}

async function rpycClient(transport: "udp" | "tcp", address: string | undefined) {
  const place = address === undefined ? {} : hostAndPort(address);
  if (transport === "tcp") {
    const { TcpRegistryClient } = await import("../../rpyc/client/tcp-registry-client.js");
    return new TcpRegistryClient({ host: "", ...place });
  }
  const { UdpRegistryClient } = await import("../../rpyc/client/udp-registry-client.js");
  return new UdpRegistryClient(place);
}

/**
 * @throws AddressError if it is neither a host nor a host and a port.
 */
export function hostAndPort(address: string): { readonly host: string; readonly port?: number } {
  const parsed = parseAddress(`tcp://${address}`);
  const { host, port } = parsed.scheme === "tcp" ? parsed : { host: address, port: undefined };
  return { host: bareHost(host), ...(port !== undefined && { port }) };
}
