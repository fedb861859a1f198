import { type Observable } from "rxjs";
import {
  type DeviceDirectory,
  type DeviceEvent,
  type DeviceQuery,
  type DeviceRecord,
} from "../discovery/device-directory";
import { type RegistryClient } from "./registry-client";

/**
 * The devices that a registry elsewhere (plantimager) knows. A registry in the same process, a `DeviceRegistry`, is
 * a directory itself.
 */
export class RegistryDirectory implements DeviceDirectory {
  /**
   * Devices as they come and go, over outages and restarts of the registry. Fails with RegistryUnsupportedError where
   * it is an original.
   */
  readonly changes$: Observable<DeviceEvent>;

  constructor(private readonly client: RegistryClient) {
    this.changes$ = client.watch();
  }

  get problem(): string | undefined {
    return this.client.problem;
  }

  /**
   * @throws RegistryUnsupportedError where the registry is an original, and what else `RegistryClient.list` throws.
   */
  find(query: DeviceQuery): Promise<readonly DeviceRecord[]> {
    return this.client.list(query);
  }
}
