import { type DeviceHealth } from "../wire/device-health";

const SERVING: DeviceHealth = { serving: true };

/** What devices said of themselves. One that said nothing serves. */
const told = new WeakMap<object, DeviceHealth>();

/**
 * Says whether a device can do its work: to whoever asks (`clientOf(remote).health()`, `rigwire ping --health`), and to
 * the watchdog of systemd. Calls are carried out all the same: a device refuses by itself what it cannot do.
 *
 * ```ts
 * lamp.on("failed", () => setHealth(this, { serving: false, reason: "the lamp is broken" }));
 * ```
 *
 * @param device - The object that is served, or will be.
 */
export function setHealth(device: object, health: DeviceHealth): void {
  told.set(device, health);
}

/** What a device said of itself last. */
export function healthOf(device: object): DeviceHealth {
  return told.get(device) ?? SERVING;
}
