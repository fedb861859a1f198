import { isObject } from "./message";

/** Whether a device can do its work; and why not. */
export type DeviceHealth =
  | { readonly serving: true }
  | {
      readonly serving: false;
      /** What is wrong, for people. */
      readonly reason: string;
    };

/** Reads the health in a status. Where nothing is said of it, the device serves. */
export function decodeDeviceHealth({ health }: Readonly<Record<string, unknown>>): DeviceHealth {
  if (!isObject(health) || health.serving !== false) return { serving: true };
  return { serving: false, reason: typeof health.reason === "string" ? health.reason : "" };
}
