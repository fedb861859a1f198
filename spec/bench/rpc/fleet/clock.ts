const NANOSECONDS_PER_MS = 1_000_000;

/** Now, in milliseconds of a clock that all processes of this computer share. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / NANOSECONDS_PER_MS;
}

/** When something happened to a device, by {@link sharedNow}. */
export type Moment = readonly [name: string, at: number];
