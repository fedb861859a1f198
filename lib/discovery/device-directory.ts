import { type Observable } from "rxjs";

/** A device as a directory knows it. */
export interface DeviceRecord {
  readonly name: string;
  /**
   * The service type its class declares, such as `camera`. Empty where the directory does not tell names from types, as
   * an RPyC registry: then the name may be the type.
   */
  readonly type: string;
  /** Where it is served: a URL such as `tcp://10.0.0.7:10342`. */
  readonly url: string;
  /**
   * What the device says that it is called, where a directory of many places puts the place before it: `cam-1` for
   * `berlin/cam-1`; empty where it has no name. Left out: its {@link name}.
   */
  readonly ownName?: string;
}

/** Which devices are asked for; a field that is left out matches every device. */
export interface DeviceQuery {
  readonly name?: string;
  readonly type?: string;
  /** Addresses where something else answers: none of their devices is meant. For whoever combines directories. */
  readonly notAt?: ReadonlySet<string>;
}

/** A device that appeared in a directory or left it. */
export interface DeviceEvent {
  readonly kind: "added" | "removed";
  readonly device: DeviceRecord;
}

/** Where devices are looked up, whoever answers: a registry, local advertisements, a fixed list. */
export interface DeviceDirectory {
  /** The devices known now that match; an empty list if there are none. */
  find(query: DeviceQuery): Promise<readonly DeviceRecord[]>;
  /** Devices as they come and go, from the subscription on. */
  readonly changes$: Observable<DeviceEvent>;
  /** How long a list of everything may take to come, in milliseconds. Left out: a second. */
  readonly listsWithinMs?: number;
  /** Why it cannot be asked at the moment; nothing while it can, or left out where it always can. */
  readonly problem?: string | undefined;
}

/** Whether a device is one of those that are asked for. */
export function matches(device: DeviceRecord, { name, type, notAt }: DeviceQuery): boolean {
  return (
    (name === undefined || device.name === name) &&
    (type === undefined || device.type === type) &&
    notAt?.has(device.url) !== true
  );
}
