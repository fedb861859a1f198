/** A setting of the environment: one that is set to nothing, as in `RIGWIRE_KEYS= node device.js`, is not set. */
export function setting(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}
