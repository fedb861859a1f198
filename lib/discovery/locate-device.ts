import { catchError, EMPTY, filter, firstValueFrom, fromEvent, merge, timer } from "rxjs";
import { AmbiguousDeviceError, DeviceUnavailableError, messageOf } from "../errors";
import { matches, type DeviceDirectory, type DeviceQuery, type DeviceRecord } from "./device-directory";

/** A directory that tells no changes is asked again after this time, in milliseconds. */
const ASK_AGAIN_MS = 2_000;

/** How many of the devices that are there a message lists. */
const LISTED_DEVICES = 10;

/**
 * Finds the one device that is asked for, and waits for it if it is not there yet.
 *
 * @param signal - Ends the wait.
 * @param tell - Gets the reason of the wait: what was looked for and what is there.
 * @returns Its URL.
 * @throws AmbiguousDeviceError with the list, if several match.
 */
export async function locateDevice(
  directory: DeviceDirectory,
  query: DeviceQuery,
  signal: AbortSignal,
  tell: (problem: string) => void,
): Promise<string> {
  for (;;) {
    signal.throwIfAborted();
    const changed = nextChange(directory, query, signal);
    const [device, ...others] = await directory.find(query);
    if (device !== undefined && others.length === 0) return device.url;
    if (device !== undefined) throw ambiguous(query, [device, ...others]);
    tell(`there is no ${describe(query)}: ${await whatIsThere(directory)}`);
    await changed;
  }
}

/**
 * Finds all devices that are asked for, and waits until there are enough.
 *
 * @throws DeviceUnavailableError with the list of those that are there, if there are not enough in time.
 */
export async function locateDevices(
  directory: DeviceDirectory,
  query: DeviceQuery,
  { atLeast, timeoutMs }: { readonly atLeast: number; readonly timeoutMs: number },
): Promise<readonly DeviceRecord[]> {
  const wait = new AbortController();
  const deadline = setTimeout(() => wait.abort(), timeoutMs);
  try {
    for (;;) {
      const changed = nextChange(directory, query, wait.signal);
      const devices = await directory.find(query);
      if (devices.length >= atLeast) return devices;
      if (wait.signal.aborted) throw tooFew(query, devices.length, atLeast, await whatIsThere(directory));
      await changed;
    }
  } finally {
    clearTimeout(deadline);
    wait.abort();
  }
}

/** Resolves when a matching device was added, or it is time to ask anyway. Subscribed before the directory is asked. */
async function nextChange(
  directory: DeviceDirectory,
  query: DeviceQuery,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const added = directory.changes$.pipe(
    filter(({ kind, device }) => kind === "added" && matches(device, query)),
    catchError(() => EMPTY),
  );
  await firstValueFrom(merge(added, timer(ASK_AGAIN_MS), fromEvent(signal, "abort")));
}

function tooFew(query: DeviceQuery, found: number, atLeast: number, known: string): DeviceUnavailableError {
  return new DeviceUnavailableError(
    `${describe(query)}: ${found} found in time, and at least ${atLeast} must be there: ${known}`,
  );
}

function ambiguous(query: DeviceQuery, devices: readonly DeviceRecord[]): AmbiguousDeviceError {
  return new AmbiguousDeviceError(
    `there are ${devices.length} devices of ${describe(query)}: ask for one by name: ${list(devices)}`,
  );
}

function describe({ name, type }: DeviceQuery): string {
  if (name !== undefined) return `device "${name}"`;
  return type === undefined ? "device" : `device of type "${type}"`;
}

/** For the message only: not every directory can list. */
async function whatIsThere(directory: DeviceDirectory): Promise<string> {
  try {
    return list(await directory.find({}));
  } catch (error) {
    return `what is there cannot be listed (${messageOf(error)})`;
  }
}

function list(devices: readonly DeviceRecord[]): string {
  if (devices.length === 0) return "no device is known";
  const named = devices.slice(0, LISTED_DEVICES).map(({ name, type, url }) => `${name} (${type}, ${url})`);
  const further = devices.length > LISTED_DEVICES ? ` and ${devices.length - LISTED_DEVICES} more` : "";
  return `known are ${named.join(", ")}${further}`;
}
