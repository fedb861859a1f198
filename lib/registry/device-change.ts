import { type DeviceEvent } from "../discovery/device-directory";
import { MalformedMessageError } from "../errors";
import { encodeJson } from "../wire/json";
import { decodeObject, isObject } from "../wire/message";
import { countField } from "../discovery/checked-fields";
import { type NetworkedDevice } from "./network-urls";
import { deviceFields, deviceOf } from "./registry-reply";

/** A device that came or went, as the registry publishes it to those who watch. */
export interface DeviceChange {
  readonly change: DeviceEvent & { readonly device: NetworkedDevice };
  /** Counted from 1 for each start of the registry; a list tells up to which it holds. */
  readonly seq: number;
}

/** The signal that a registry publishes changes as. */
export const CHANGES = "devices";

/** What every published change begins with. */
export const CHANGE_BEGINNING = '{"event":"DEVICE_';

export function encodeDeviceChange({ change, seq }: DeviceChange): string {
  const event = change.kind === "added" ? "DEVICE_ADDED" : "DEVICE_REMOVED";
  return encodeJson({ event, payload: { ...deviceFields(change.device), seq } });
}

/**
 * @throws MalformedMessageError for what is no change.
 */
export function decodeDeviceChange(frame: Uint8Array): DeviceChange {
  const { event, payload } = decodeObject(frame);
  if ((event !== "DEVICE_ADDED" && event !== "DEVICE_REMOVED") || !isObject(payload)) {
    throw new MalformedMessageError("a published message is no change of a device");
  }
  const kind = event === "DEVICE_ADDED" ? "added" : "removed";
  return { change: { kind, device: deviceOf(payload) }, seq: countField(payload, "seq") };
}
