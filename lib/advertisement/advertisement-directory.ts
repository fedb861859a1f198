import { map, type Observable, share } from "rxjs";

import {
  type DeviceDirectory,
  type DeviceEvent,
  type DeviceQuery,
  type DeviceRecord,
  matches,
} from "../discovery/device-directory";
import { type ServiceProperties } from "./advertisement-record";
import { type DiscoveredService, discoverServices, type ServiceQuery } from "./discovery";
import { watchServices, type WatchOptions } from "./service-watch";

/** Which advertisements an {@link AdvertisementDirectory} looks at, and how often. */
export interface AdvertisementDirectoryOptions extends Omit<WatchOptions, "includeExisting"> {
  /** Only services that have all of these, with equal values. Default: all services. */
  readonly properties?: ServiceProperties;
}

/** The devices of this host that its user's processes advertise in files (bpod_core ipc). */
export class AdvertisementDirectory implements DeviceDirectory {
  /** Shared by all subscribers; the folder is watched while there is one. */
  readonly changes$: Observable<DeviceEvent>;

  constructor(private readonly options: AdvertisementDirectoryOptions = {}) {
    this.changes$ = watchServices(this.query(), { ...options, includeExisting: false }).pipe(
      map(({ kind, service }) => ({ kind, device: deviceOf(service) })),
      share(),
    );
  }

  /** The devices advertised now: by type from that type's folder, else from the folders of all types. */
  async find(query: DeviceQuery): Promise<readonly DeviceRecord[]> {
    const found: DeviceRecord[] = [];
    for await (const service of discoverServices(this.query(query.type), this.options)) {
      const device = deviceOf(service);
      if (matches(device, query)) found.push(device);
    }
    return found;
  }

  private query(serviceType?: string): ServiceQuery {
    const { properties = {} } = this.options;
    return serviceType === undefined ? { properties } : { serviceType, properties };
  }
}

function deviceOf({ serviceName, serviceType, address }: DiscoveredService): DeviceRecord {
  return { name: serviceName, type: serviceType, url: address };
}
