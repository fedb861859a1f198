import { type Plain, type ServerSecurity } from "../security/credentials";
import { filter, firstValueFrom, timeout } from "rxjs";
import { type DependencyContainer, type InjectionToken } from "tsyringe";
import { AddressError } from "../errors";
import { type Logger } from "../log/logger";
import { type MdnsOptions } from "../mdns/mdns-options";
import { MulticastNetwork } from "../mdns/multicast-network";
import { RegistrySearch, type RegistrySearchOptions } from "../mdns/registry-search";
import { DeviceRegistry, type RegistryOptions } from "../registry/device-registry";
import { RegistryClient, type RegistryClientOptions } from "../registry/registry-client";
import { RegistryDirectory } from "../registry/registry-directory";
import { RegistryLease, type LeaseOptions } from "../registry/registry-lease";
import { keyFingerprint } from "../security/key-fingerprint";
import { resolveClientSecurity } from "../security/security-options";
import { securityOfDevices, securityTowards } from "../security/rig-security";
import { rigSecurityOf } from "./rig-security-token";
import { parseAddress } from "../address/address";
import { type RigModule, type ServedDevice } from "./rig-module";

/** The token under which a registry that the app itself runs is injected: `@inject(DEVICE_REGISTRY)`. */
export const DEVICE_REGISTRY: InjectionToken<DeviceRegistry> = Symbol("rigwire:DeviceRegistry");

/** How long the start of an app waits for the registry to accept its devices, in milliseconds; it goes on without. */
const ACCEPTED_WITHIN_MS = 2_000;

/** What an app's `serverKeys` call the registry. */
const REGISTRY = "registry";

type LeaseSettings = Pick<LeaseOptions, "aliveTimeoutMs">;

/** Finds devices in a device registry, and keeps the app's devices registered there (plantimager registry). */
export const RegistryModule = {
  /**
   * Runs a registry in this process (injected by the token {@link DEVICE_REGISTRY}), for a rig on one computer or as the rig's main process.
   *
   * @param options.url - Where other processes reach it. Default `tcp://*:5555`.
   */
  host(options: RegistryOptions & LeaseSettings = {}): RigModule {
    return {
      name: "RegistryModule",
      async start(container) {
        const rig = rigSecurityOf(container);
        const security = options.security ?? (rig === undefined ? undefined : securityOfDevices(rig));
        const registry = await DeviceRegistry.open({
          ...options,
          ...(security !== undefined && { security }),
        });
        container.registerInstance(DEVICE_REGISTRY, registry);
        const client = new RegistryClient(registry.localUrl, clientOptions(options, security));
        return {
          directory: registry,
          announce: announcer(client, options),
          async close() {
            await client.close();
            await registry.close();
          },
        };
      },
    };
  },

  /**
   * Uses a registry that runs elsewhere, also an original; an original cannot be asked which devices there are.
   *
   * @param url - The registry's, such as `tcp://10.0.0.1:5555`.
   * @throws AddressError if it is none.
   */
  connect(url: string, options: RegistryClientOptions & LeaseSettings = {}): RigModule {
    requirePort(url);
    return {
      name: "RegistryModule",
      start(container) {
        const client = new RegistryClient(url, { ...securityFor(container), ...options });
        return Promise.resolve({
          directory: new RegistryDirectory(client),
          announce: announcer(client, options),
          close: () => client.close(),
        });
      },
    };
  },

  /**
   * Uses the registry that is announced in this computer's networks by mDNS, looked for at every attempt to connect. With
   * keys only one counts that has the key which is expected of the registry (`serverKeys`).
   *
   * Needs the package `dns-packet`.
   *
   * @param options.else - The registry's URL where none is found, such as `tcp://10.0.0.1:5555`. Default: it is looked
   *   for until it is found.
   * @param options.name - The name that it is announced by; has to be said where there are several.
   * @throws AddressError if `else` is no address.
   */
  discover(options: RegistryDiscoveryOptions = {}): RigModule {
    if (options.else !== undefined) requirePort(options.else);
    return {
      name: "RegistryModule",
      async start(container) {
        const clientOptions = { ...securityFor(container), ...options };
        const network = await MulticastNetwork.open(options);
        const search = new RegistrySearch(network, { ...expectedKey(clientOptions.security), ...options });
        const client = new RegistryClient(search.locate, clientOptions);
        return {
          directory: new RegistryDirectory(client),
          announce: announcer(client, options),
          async close() {
            await client.close();
            search.close();
            network.close();
          },
        };
      },
    };
  },
};

/** How a registry is found by mDNS, and used. */
export interface RegistryDiscoveryOptions
  extends
    RegistryClientOptions,
    LeaseSettings,
    RegistrySearchOptions,
    Pick<MdnsOptions, "interfaces" | "port"> {
  /** Default: warnings and errors as JSON lines on stderr. */
  readonly logger?: Logger;
}

function securityFor(container: DependencyContainer): Pick<RegistryClientOptions, "security"> {
  const rig = rigSecurityOf(container);
  return rig === undefined ? {} : { security: securityTowards(rig, REGISTRY) };
}

/** Others may announce a registry as well: who knows its key looks for that one. */
function expectedKey(
  security: RegistryClientOptions["security"],
): Pick<RegistrySearchOptions, "keyFingerprint"> {
  const resolved = resolveClientSecurity(security);
  return resolved === "plain" ? {} : { keyFingerprint: keyFingerprint(resolved.serverKey) };
}

/** A device is served whether or not the registry is there; the lease goes on trying. */
function announcer(
  client: RegistryClient,
  { aliveTimeoutMs, logger }: LeaseSettings & Pick<LeaseOptions, "logger">,
): (device: ServedDevice) => Promise<RegistryLease> {
  let waitMs = ACCEPTED_WITHIN_MS;
  return async ({ server, advertise, overwrite = false }) => {
    const lease = new RegistryLease(client, server, {
      advertise,
      overwrite,
      ...(aliveTimeoutMs !== undefined && { aliveTimeoutMs }),
      ...(logger !== undefined && { logger }),
    });
    const answered = lease.state$.pipe(
      filter(({ kind }) => kind !== "registering"),
      timeout(waitMs),
    );
    // A registry that kept one device waiting does not keep the next waiting as well.
    await firstValueFrom(answered).catch(() => (waitMs = 0));
    return lease;
  };
}

/**
 * @throws AddressError if nothing could be connected to there.
 */
function requirePort(url: string): void {
  const address = parseAddress(url);
  if (address.scheme === "tcp" && address.port === undefined) {
    throw new AddressError(`"${url}" names no port: a registry's is 5555 where nothing else is said`);
  }
}

/** The registry's own pair opens it in any case. */
function clientOptions(
  { logger }: RegistryOptions,
  security: ServerSecurity | Plain | undefined,
): RegistryClientOptions {
  const ownKeys = security === undefined || security === "plain" ? security : { keys: security.keys };
  return { ...(logger !== undefined && { logger }), ...(ownKeys !== undefined && { security: ownKeys }) };
}
