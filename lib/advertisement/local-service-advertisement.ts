import { randomUUID } from "node:crypto";
import { type Observable } from "rxjs";

import { messageOf, ValidationError } from "../errors";
import { defaultLogger, type Logger } from "../log/logger";
import { AdvertisedFile } from "./advertised-file";
import {
  type AdvertisedService,
  decodeAdvertisement,
  encodeAdvertisement,
  type ServiceProperties,
} from "./advertisement-record";
import { type DiscoveredService, discoverServices, type DiscoveryOptions } from "./discovery";
import { advertisementFolder } from "./advertisement-folder";
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
  /** The process that serves it: as long as there is one, so is the service. Default: this process. */
  readonly pid?: number;
  /** With hyphens, such as `6f6d9f9e-8b1b-4b52-9a0e-0d7c9a5f3a11`. Default: a random one. */
  readonly uuid?: string;
  /** Default: rigwire's own, {@link defaultLogger}. */
  readonly logger?: Logger;
}

/** Advertisements that nobody holds any more go as those that are closed. */
const unreachable = new FinalizationRegistry<AdvertisedFile>((file) => file.withdraw());

/** Also keeps the file from those who clean folders by age, as the XDG specification asks (every six hours). */
const CONFIRM_MS = 60_000;

/**
 * Makes a service known to this user's other processes on this host: a file that is there as long as the service
 * (bpod_core ipc). It goes with `close()`, with `using`, when the process ends, by itself or by a signal, and when
 * nothing refers to this object any more: keep it as long as the service is there. A process that is killed leaves the
 * file behind for the next reader to remove.
 *
 * The file is confirmed now and then, and written anew if something removed it.
 */
export class LocalServiceAdvertisement implements AdvertisedService, Disposable {
  readonly serviceName: string;
  readonly serviceType: string;
  readonly address: string;
  readonly properties: ServiceProperties;
  readonly pid: number;
  readonly uuid: string;
  /** The path of the file. */
  readonly serviceFile: string;

  private readonly file: AdvertisedFile;

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
    const { folder = advertisementFolder(), confirmMs = CONFIRM_MS, logger = defaultLogger() } = options;
    this.pid = options.pid ?? process.pid;
    this.uuid = options.uuid ?? randomUUID();
    const { serviceName, serviceType, address, pid, uuid, properties } = this;
    // A record of its own: what keeps the file must not keep this object.
    const record = { serviceName, serviceType, address, pid, uuid, properties };
    mustBeReadable(record);
    this.file = new AdvertisedFile(folder, record, confirmMs, logger);
    this.serviceFile = this.file.path;
    unreachable.register(this, this.file, this);
  }

  /**
   * The services of a type that are advertised on this host now, as far as this user may read them. Leftovers of
   * processes that are gone are removed on the way; whatever else is in the folder is passed over.
   *
   * @param serviceType - Types whose names differ in special characters only share a folder, as in Python, and all are
   *   given: `serviceType` tells them apart.
   * @param properties - Only services that have all of these, with equal values; null also matches a service without
   *   the property. Default: all services.
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
    unreachable.unregister(this);
    this.file.withdraw();
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
