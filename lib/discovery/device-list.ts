import { Subject, type Observable } from "rxjs";
import {
  matches,
  type DeviceDirectory,
  type DeviceEvent,
  type DeviceQuery,
  type DeviceRecord,
} from "./device-directory";

/** A directory that is written down: devices at addresses that are known, or those of one process. */
export class DeviceList implements DeviceDirectory {
  private readonly devices = new Set<DeviceRecord>();
  private readonly changes = new Subject<DeviceEvent>();
  readonly changes$: Observable<DeviceEvent> = this.changes.asObservable();

  constructor(devices: Iterable<DeviceRecord> = []) {
    for (const device of devices) this.devices.add(device);
  }

  find(query: DeviceQuery): Promise<readonly DeviceRecord[]> {
    return Promise.resolve([...this.devices].filter((device) => matches(device, query)));
  }

  /** @returns Takes the device out again. */
  add(device: DeviceRecord): () => void {
    this.devices.add(device);
    this.changes.next({ kind: "added", device });
    return () => {
      if (this.devices.delete(device)) this.changes.next({ kind: "removed", device });
    };
  }
}
