import { filter, firstValueFrom, fromEvent, map, race, takeUntil, timer } from "rxjs";
import { AmbiguousDeviceError, DeviceUnavailableError } from "../errors";
import { defaultLogger, type Logger } from "../log/logger";
import { type Locate } from "../transport/rpc-channel";
import { type FoundService } from "./known-services";
import { ANSWERED_WITHIN_MS } from "./mdns-directory";
import { type MulticastNetwork } from "./multicast-network";
import { reachableUrl } from "./reachable-url";
import { ServiceBrowser } from "./service-browser";
import { descriptionOf } from "./service-description";
import { RIGWIRE_SERVICE, typeDomain } from "./service-names";

/** Which registry is looked for by mDNS. */
export interface RegistrySearchOptions {
  /** The name that it is announced by. Default: the only one there is. */
  readonly name?: string;
  /** The fingerprint of its key. Default: any. */
  readonly keyFingerprint?: string;
  /** Where it is if it is not found. Default: it is looked for until it is. */
  readonly else?: string;
  /** How long it is looked for before that, in milliseconds. Default 1,500. */
  readonly searchMs?: number;
  /** Default: warnings and errors as JSON lines on stderr. */
  readonly logger?: Logger;
}

/** A registry that somebody announces. */
interface FoundRegistry {
  readonly name: string;
  readonly url: string;
}

const SEARCH_MS = 1_500;

/** Finds the registry in this computer's networks by mDNS, for every attempt to connect. */
export class RegistrySearch {
  private readonly browser: ServiceBrowser;
  private readonly log: Logger;
  /** Where it was found the last time; told when that changes. */
  private toldUrl: string | undefined;

  /** Begins to listen at once. */
  constructor(
    private readonly network: MulticastNetwork,
    private readonly options: RegistrySearchOptions,
  ) {
    this.log = options.logger ?? defaultLogger();
    this.browser = new ServiceBrowser(network, [typeDomain(RIGWIRE_SERVICE)], this.log);
  }

  /**
   * Where the registry is.
   *
   * @throws {@link AmbiguousDeviceError} - Several are announced, and no name says which.
   */
  readonly locate: Locate = async (signal, tell) => {
    const { else: otherwise, searchMs = SEARCH_MS } = this.options;
    // All that are there shall have answered: one of several is no answer.
    await this.until(
      Math.max(0, Math.min(ANSWERED_WITHIN_MS, searchMs) - this.browser.ageMs),
      signal,
      () => false,
    );
    if (this.registries().length === 0) {
      this.browser.refresh();
      const problem =
        this.network.problem ?? `no registry${this.named()} is announced by mDNS in this computer's networks`;
      tell(problem);
      const waitMs = otherwise === undefined ? undefined : Math.max(0, searchMs - this.browser.ageMs);
      await this.until(
        this.network.problem === undefined ? waitMs : waitMs && 0,
        signal,
        (found) => found.length > 0,
      );
    }
    signal.throwIfAborted();
    const [registry, ...others] = this.registries();
    if (registry === undefined) return this.fallBack(otherwise);
    if (others.length > 0) throw ambiguous([registry, ...others]);
    this.tellOnce(registry.url, `the registry "${registry.name}" is found by mDNS at ${registry.url}`);
    return registry.url;
  };

  /** Idempotent. */
  close(): void {
    this.browser.close();
  }

  private registries(): readonly FoundRegistry[] {
    return this.choose(this.browser.services);
  }

  private choose(services: readonly FoundService[]): readonly FoundRegistry[] {
    const { name: wanted, keyFingerprint } = this.options;
    const found = services.flatMap((service) => {
      const description = descriptionOf(service);
      const url = reachableUrl(service);
      if (description?.role !== "registry" || url === undefined) return [];
      const name = description.name === "" ? service.label : description.name;
      if (wanted !== undefined && name !== wanted) return [];
      return keyFingerprint === undefined || description.keyFingerprint === keyFingerprint
        ? [{ name, url }]
        : [];
    });
    return [...new Map(found.map((registry) => [registry.url, registry])).values()];
  }

  /** Waits for a time, or for ever where none is given, until that is found or the wait is over. */
  private async until(
    ms: number | undefined,
    signal: AbortSignal,
    isEnough: (found: readonly FoundRegistry[]) => boolean,
  ): Promise<void> {
    if (signal.aborted) return;
    const enough = this.browser.services$.pipe(
      map((services) => isEnough(this.choose(services))),
      filter((is) => is),
      takeUntil(fromEvent(signal, "abort")),
    );
    await firstValueFrom(ms === undefined ? enough : race(enough, timer(ms)), { defaultValue: undefined });
  }

  private fallBack(otherwise: string | undefined): string {
    const problem = this.network.problem ?? `no registry${this.named()} is announced by mDNS`;
    if (otherwise === undefined) throw new DeviceUnavailableError(`the registry is not found: ${problem}`);
    this.tellOnce(otherwise, `${problem}: the registry at ${otherwise} is used`);
    return otherwise;
  }

  private named(): string {
    const { name, keyFingerprint } = this.options;
    const key = keyFingerprint === undefined ? "" : " with the key that is expected of it";
    return `${name === undefined ? "" : ` "${name}"`}${key}`;
  }

  private tellOnce(url: string, message: string): void {
    if (url === this.toldUrl) return;
    this.toldUrl = url;
    this.log.info({ url }, message);
  }
}

function ambiguous(registries: readonly FoundRegistry[]): AmbiguousDeviceError {
  const list = registries.map(({ name, url }) => `"${name}" at ${url}`).join(", ");
  return new AmbiguousDeviceError(
    `${registries.length} registries are announced by mDNS: say which with discover({ name }): ${list}`,
  );
}
