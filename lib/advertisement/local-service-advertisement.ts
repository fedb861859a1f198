import { randomUUID } from "node:crypto";
import { type Observable } from "rxjs";

import { messageOf, ValidationError } from "../errors";
import { defaultLogger, type Logger } from "../log/logger";
import { touchAdvertisement, withdrawAdvertisement, writeAdvertisement } from "./advertisement-file";
import {
  type AdvertisedService,
  decodeAdvertisement,
  encodeAdvertisement,
  type ServiceProperties,
} from "./advertisement-record";
import { type DiscoveredService, discoverServices, type DiscoveryOptions } from "./discovery";
import { beforeProcessEnds } from "./process-exit";
import { advertisementFolder } from "./runtime-directory";
import { type ServiceEvent, watchServices, type WatchOptions } from "./service-watch";

/** A service to be advertised. */
export interface ServiceDescription {
  /** What people call it, such as `Bpod 3`. */
  readonly serviceName: string;
  /** What it is, such as `bpod`. */
  readonly serviceType: string;
  /** Where it is served, such as `ipc:///tmp/foo.ipc`. */
  readonly address: string;
  /** What tells it from others of its type. Default: none. */
  readonly properties?: ServiceProperties;
}

/** Where a service is advertised, and how often its file is confirmed. */
export interface AdvertisementOptions {
  /** Folder of all advertisements. Default: {@link advertisementFolder}. */
  readonly folder?: string;
  /** Milliseconds from one confirmation of the file to the next. Default 60 000. */
  readonly confirmMs?: number;
  /** Default: rigwire's own, {@link defaultLogger}. */
  readonly logger?: Logger;
}

/** Also keeps the file from those who clean folders by age, as the XDG specification asks (every six hours). */
const CONFIRM_MS = 60_000;

/**
 * Makes a service known to this user's other processes on this host: a file that is there as long as the service
 * (bpod_core ipc). It goes with `close()`, with `using`, and when the process ends, by itself or by a signal. A
 * process that is killed leaves it behind for the next reader to remove.
 *
 * The file is confirmed now and then, and written anew if something removed it.
 */
export class LocalServiceAdvertisement implements AdvertisedService, Disposable {
  readonly serviceName: string;
  readonly serviceType: string;
  readonly address: string;
  readonly properties: ServiceProperties;
  /** This process. */
  readonly pid = process.pid;
  /** Random, with hyphens. */
  readonly uuid = randomUUID();
  /** The path of the file. */
  readonly serviceFile: string;

  private readonly folder: string;
  private readonly logger: Logger;
  private readonly confirmation: NodeJS.Timeout;
  private readonly forgetExit: () => void;

  /**
   * Advertises at once.
   *
   * @throws {@link ValidationError} - A value is empty, no text, or too long to be read by others.
   * @throws {@link AdvertisementError} - The file cannot be written, or its folder may be someone else's.
   */
  constructor(service: ServiceDescription, options: AdvertisementOptions = {}) {
    this.serviceName = service.serviceName;
    this.serviceType = service.serviceType;
    this.address = service.address;
    this.properties = { ...service.properties };
    this.folder = options.folder ?? advertisementFolder();
    this.logger = options.logger ?? defaultLogger();
    mustBeReadable(this);
    this.serviceFile = writeAdvertisement(this.folder, this);
    this.forgetExit = beforeProcessEnds(() => withdrawAdvertisement(this.serviceFile));
    this.confirmation = setInterval(() => this.confirm(), options.confirmMs ?? CONFIRM_MS).unref();
  }

  /**
   * The services of a type that are advertised on this host now, as far as this user may read them. Leftovers of
   * processes that are gone are removed on the way; whatever else is in the folder is passed over.
   *
   * @param properties - Only services that have all of these, with equal values. Default: all services.
   */
  static discover(
    serviceType: string,
    properties: ServiceProperties = {},
    options: DiscoveryOptions = {},
  ): AsyncIterable<DiscoveredService> {
    return discoverServices({ serviceType, properties }, options);
  }

  /**
   * Services as they appear and disappear, those that are there already first. Crashed processes are noticed at
   * the next re-scan. It never ends and never fails.
   *
   * @param serviceType - Default: services of every type.
   */
  static watch(serviceType?: string, options: WatchOptions = {}): Observable<ServiceEvent> {
    return watchServices(serviceType === undefined ? {} : { serviceType }, options);
  }

  /** Removes the file, and the folders if they are empty. Safe to call twice. */
  close(): Promise<void> {
    this[Symbol.dispose]();
    return Promise.resolve();
  }

  /** As {@link close}. */
  [Symbol.dispose](): void {
    clearInterval(this.confirmation);
    this.forgetExit();
    withdrawAdvertisement(this.serviceFile);
  }

  private confirm(): void {
    try {
      if (!touchAdvertisement(this.serviceFile)) writeAdvertisement(this.folder, this);
    } catch (error) {
      this.logger.warn(
        { file: this.serviceFile, reason: messageOf(error) },
        `${this.serviceName} is not advertised: its file is gone and cannot be written`,
      );
    }
  }
}

/** What no reader would take is not written in the first place. */
function mustBeReadable(service: AdvertisedService): void {
  try {
    decodeAdvertisement(encodeAdvertisement(service));
  } catch (error) {
    throw new ValidationError(`A service cannot be advertised: ${messageOf(error)}`, {}, { cause: error });
  }
}
