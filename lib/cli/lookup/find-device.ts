import { type DeviceRecord } from "../../discovery/device-directory";
import { AmbiguousDeviceError, AuthenticationError } from "../../errors";
import { NotFoundError } from "../program/exit-code";
import { failuresText, type Lookup } from "./lookup";
import { didYouMean } from "../terminal/suggestion";

/** A host and a port is an address, even without its scheme. */
const HOST_AND_PORT = /^(\[[^\]]+\]|[^\s:/]+):\d{1,5}$/;

/** The URL that a DEVICE argument is; nothing where it is a name. */
export function urlOf(device: string): string | undefined {
  if (device.includes("://")) return device;
  return HOST_AND_PORT.test(device) ? `tcp://${device}` : undefined;
}

/**
 * Finds the one device of that name; or, where none has it, the only one of that type.
 *
 * @throws NotFoundError with what is there instead.
 * @throws AuthenticationError where nobody has it, and a place did not let itself be asked.
 * @throws AmbiguousDeviceError with the list, where several have the name.
 */
export async function findDevice(lookup: Lookup, name: string): Promise<DeviceRecord> {
  const named = await lookup.findAny({ name });
  const found = named.devices.length > 0 ? named : await lookup.findAny({ type: name });
  const [device, ...others] = found.devices;
  if (device !== undefined && others.length === 0) return device;
  if (device !== undefined) throw ambiguous(name, [device, ...others]);
  const refusal = named.failures.find(({ error }) => error instanceof AuthenticationError);
  if (refusal !== undefined) throw refusal.error;
  const all = await lookup.find({});
  throw new NotFoundError(
    `there is no device "${name}" in ${lookup.answering(all)}${known(name, all.devices, lookup.otherOptions)}${failuresText(all)}`,
  );
}

const LISTED_DEVICES = 8;

function known(name: string, devices: readonly DeviceRecord[], otherOptions: string): string {
  if (devices.length === 0) {
    const elsewhere = otherOptions === "" ? "" : `, or look elsewhere with ${otherOptions}`;
    return `: none is known there; give its URL${elsewhere}`;
  }
  const names = devices.map((device) => device.name);
  const further = names.length > LISTED_DEVICES ? ` and ${names.length - LISTED_DEVICES} more` : "";
  return `${didYouMean(name, names)}: known there: ${names.slice(0, LISTED_DEVICES).join(", ")}${further}`;
}

function ambiguous(name: string, devices: readonly DeviceRecord[]): AmbiguousDeviceError {
  const list = devices.map((device) => `${device.name} at ${device.url}`).join(", ");
  return new AmbiguousDeviceError(`"${name}" is ${devices.length} devices: name one, or give a URL: ${list}`);
}
