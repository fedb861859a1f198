import { firstValueFrom, take, timeout, toArray, type Observable } from "rxjs";
import { DeviceRegistry, type RegistryOptions } from "../../lib/registry/device-registry";
import { RegistryClient, type RegistryClientOptions } from "../../lib/registry/registry-client";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";

/** Nothing to read in the output of tests that break connections on purpose. */
export const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A registry on a free port of this computer, closed when the test ends. */
export async function openRegistry(options: RegistryOptions = {}): Promise<DeviceRegistry> {
  return closing(await DeviceRegistry.open({ url: "tcp://127.0.0.1", logger: silent, ...options }));
}

/** A registry where another just closed; the system frees the port a moment after that. */
export async function reopenRegistry(url: string): Promise<DeviceRegistry> {
  let registry: DeviceRegistry | undefined;
  await eventually(`${url} is free`, async () => {
    registry = await openRegistry({ url }).catch(() => undefined);
    return registry !== undefined;
  });
  if (registry === undefined) throw new Error("unreachable: it was open");
  return registry;
}

/** A client, closed when the test ends. */
export function clientOf(where: string, options: RegistryClientOptions = {}): RegistryClient {
  return closing(new RegistryClient(where, { logger: silent, ...options }));
}

const DEADLINE_MS = 8_000;

/** The next so many values; fails at a deadline. Subscribes at once. */
export function next<T>(source: Observable<T>, count = 1): Promise<T[]> {
  return firstValueFrom(source.pipe(take(count), toArray(), timeout(DEADLINE_MS)));
}
