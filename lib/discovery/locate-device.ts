import { catchError, filter, firstValueFrom, fromEvent, merge, NEVER, type Observable, timer } from "rxjs";
import {
  AddressError,
  AmbiguousDeviceError,
  AuthenticationError,
  DeviceUnavailableError,
  messageOf,
} from "../errors";
import { pause } from "../time/pause";
import { matches, type DeviceDirectory, type DeviceQuery, type DeviceRecord } from "./device-directory";

/** A directory that tells no changes is asked again after this time, in milliseconds. */
const ASK_AGAIN_MS = 2_000;

/** A search that takes longer than this is told, in milliseconds. */
const SLOW_ANSWER_MS = 500;

/** How many of the devices that are there a message lists. */
const LISTED_DEVICES = 10;

/**
 * Finds the one device that is asked for, and waits for it if it is not there yet. A directory that cannot be asked is
 * asked again.
 *
 * @param signal - Ends the wait.
 * @param tell - Gets the reason of the wait: what was looked for and what is there.
 * @returns Its URL.
 * @throws AmbiguousDeviceError with the list, if several match; AddressError where a directory has none to be asked at;
 *   AuthenticationError where a directory does not let itself be asked.
 */
export async function locateDevice(
  directory: DeviceDirectory,
  query: DeviceQuery,
  signal: AbortSignal,
  tell: (problem: string) => void,
): Promise<string> {
  return (await locateRecord(directory, query, signal, tell)).url;
}

/**
 * As {@link locateDevice}, with all that the directory knows of the device. What is ruled out (`notAt`) comes last: the
 * address that was ruled out the longest ago, where there is no other.
 */
export async function locateRecord(
  directory: DeviceDirectory,
  query: DeviceQuery,
  signal: AbortSignal,
  tell: (problem: string) => void,
): Promise<DeviceRecord> {
  for (;;) {
    signal.throwIfAborted();
    const round = new AbortController();
    const explain = async (problem: string) => {
      const known = await overviewOf(directory);
      if (!round.signal.aborted) tell(`${problem}: ${known}`);
    };
    const explainSlowness = () => {
      const problem = `${describe(query)} is not found yet`;
      if (directory.problem === undefined) void explain(problem);
      else tell(`${problem}: ${directory.problem}`);
    };
    const slow = setTimeout(explainSlowness, SLOW_ANSWER_MS);
    try {
      const added = nextAdded(directory, query, AbortSignal.any([signal, round.signal]));
      // A device that appears elsewhere is not kept waiting by a directory that does not answer.
      const answer = await Promise.race([ask(directory, query), added]);
      clearTimeout(slow);
      if (answer === "added") continue;
      if ("devices" in answer) {
        const [device, ...others] = answer.devices;
        if (device !== undefined && others.length === 0) return device;
        if (device !== undefined) throw ambiguous(query, [device, ...others]);
      }
      if ("problem" in answer) tell(answer.problem);
      // The list of all others may take long: neither a device that comes nor the next question waits for it.
      void explain("problem" in answer ? answer.problem : `there is no ${describe(query)}`);
      await Promise.race([added, pause(ASK_AGAIN_MS, { signal: round.signal, ref: false })]);
    } finally {
      clearTimeout(slow);
      round.abort();
    }
  }
}

type Answer = { readonly devices: readonly DeviceRecord[] } | { readonly problem: string };

async function ask(directory: DeviceDirectory, query: DeviceQuery): Promise<Answer> {
  try {
    const devices = await directory.find(query);
    if (query.notAt === undefined || query.notAt.size === 0) return { devices };
    const elsewhere = devices.filter(({ url }) => query.notAt?.has(url) !== true);
    return { devices: elsewhere.length > 0 ? elsewhere : await ruledOut(directory, query, query.notAt) };
  } catch (error) {
    // That does not mend with time.
    if (error instanceof AddressError || error instanceof AuthenticationError) throw error;
    return { problem: `${describe(query)} is not found: ${messageOf(error)}` };
  }
}

/** The device whose address was ruled out first, as a list of one; an empty one where none is there any more. */
async function ruledOut(
  directory: DeviceDirectory,
  { name, type }: DeviceQuery,
  notAt: ReadonlySet<string>,
): Promise<readonly DeviceRecord[]> {
  const query = { ...(name !== undefined && { name }), ...(type !== undefined && { type }) };
  const devices = await directory.find(query);
  const order = [...notAt];
  return [...devices].sort((one, other) => order.indexOf(one.url) - order.indexOf(other.url)).slice(0, 1);
}

/** Resolves when a matching device was added, or the wait is over. Subscribed before the directory is asked. */
async function nextAdded(
  directory: DeviceDirectory,
  query: DeviceQuery,
  signal: AbortSignal,
): Promise<"added"> {
  await firstValueFrom(merge(additions(directory, query), fromEvent(signal, "abort")));
  return "added";
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
  await firstValueFrom(merge(additions(directory, query), timer(ASK_AGAIN_MS), fromEvent(signal, "abort")));
}

/** Never ends; silent where the directory cannot tell. */
function additions(directory: DeviceDirectory, query: DeviceQuery): Observable<unknown> {
  const added = directory.changes$.pipe(
    filter(({ kind, device }) => kind === "added" && matches(device, query)),
    catchError(() => NEVER),
  );
  return merge(added, NEVER);
}

function tooFew(query: DeviceQuery, found: number, atLeast: number, known: string): DeviceUnavailableError {
  return new DeviceUnavailableError(
    `${describe(query)}: ${found} found in time, and at least ${atLeast} must be there: ${known}`,
  );
}

function ambiguous(query: DeviceQuery, devices: readonly DeviceRecord[]): AmbiguousDeviceError {
  const { length } = devices;
  const problem =
    query.name === undefined
      ? `there are ${length} devices${query.type === undefined ? "" : ` of type "${query.type}"`}: ask for one by name`
      : `there are ${length} devices "${query.name}": give them different names`;
  return new AmbiguousDeviceError(`${problem}: ${list(devices)}`);
}

function describe({ name, type }: DeviceQuery): string {
  if (name !== undefined) return `device "${name}"`;
  return type === undefined ? "device" : `device of type "${type}"`;
}

/** What searches tell of a directory, and until when. */
const overviews = new WeakMap<DeviceDirectory, { readonly text: Promise<string>; until: number }>();

/**
 * What is there, for a message that is told again and again. However many search in a directory, it lists what it has
 * once in a while: a thousand clients whose devices are away would have it list everything a thousand times.
 */
function overviewOf(directory: DeviceDirectory): Promise<string> {
  const known = overviews.get(directory);
  if (known !== undefined && performance.now() < known.until) return known.text;
  const overview = { text: whatIsThere(directory), until: Infinity };
  overviews.set(directory, overview);
  void overview.text.then(() => (overview.until = performance.now() + ASK_AGAIN_MS));
  return overview.text;
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
  const named = devices.slice(0, LISTED_DEVICES).map(shown);
  const further = devices.length > LISTED_DEVICES ? ` and ${devices.length - LISTED_DEVICES} more` : "";
  return `known are ${named.join(", ")}${further}`;
}

/** Some directories do not know a device's name, others not its type. */
function shown({ name, type, url }: DeviceRecord): string {
  return name === "" ? `${type} (${url})` : `${name} (${type === "" ? url : `${type}, ${url}`})`;
}
