/** The site of all devices. */
export const SITE = "hall";

/** Devices are of so many types, in turn. */
export const TYPES = 10;

export function deviceName(number: number): string {
  return `sensor-${number}`;
}

/** As the fleet calls it. */
export function fleetName(number: number): string {
  return `${SITE}/${deviceName(number)}`;
}

export function typeOf(number: number): string {
  return `sensor-of-type-${number % TYPES}`;
}
