import { type ServiceContract } from "../contract/service-contract";
import { type Device } from "./device";
import { checkTellable, checkWatchable } from "./property-watch";

/**
 * Whether an object holds what its class promises, before anything is opened for it.
 *
 * @throws ContractError if a signal's field holds no Observable, or a property that notifies cannot do so.
 */
export function checkDevice(device: Device, contract: ServiceContract): void {
  for (const { member } of contract.signals.values()) device.signal(member);
  for (const { member, notify, autoNotify, maxAgeMs } of contract.properties.values()) {
    if (maxAgeMs !== undefined) checkWatchable(device, member);
    if (!autoNotify || notify === undefined) continue;
    device.subject(notify);
    checkWatchable(device, member);
    checkTellable(device, member);
  }
}
