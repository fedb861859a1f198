import { firstValueFrom, merge, NEVER } from "rxjs";
import { contractFromInventory } from "../../client/contract-from-inventory";
import { RpcClient } from "../../client/rpc-client";
import { type ServiceContract } from "../../contract/service-contract";
import { type DeviceRecord } from "../../discovery/device-directory";
import { deviceSearch } from "../../discovery/device-search";
import { parseAddress } from "../../address/address";
import { type Road } from "../../transport/connection";
import { transportOf } from "../../transport/transports";
import { type Locate } from "../../transport/rpc-channel";
import { type Inventory } from "../../wire/inventory";
import { ChosenKeys, type Security } from "../keys/chosen-keys";
import { commandLogger } from "../program/command-logger";
import { connectionOptions } from "./connection-options";
import { type DeviceOptions } from "./device-options";
import { UsageError } from "../program/exit-code";
import { findDevice, urlOf } from "./find-device";
import { orFirstProblem } from "../contract/first-problem";
import { Lookup } from "./lookup";
import { lookupPlaces } from "./lookup-options";
import { printable } from "../terminal/printable";
import { type Session } from "../program/session";
import { withSpinner } from "../terminal/spinner";

/** A device that a command works with. */
export interface OpenedDevice {
  readonly client: RpcClient;
  /** What it offers, as it says itself. */
  readonly contract: ServiceContract;
  readonly inventory: Inventory;
  /** What people call it: its own name, or as it was asked for. */
  readonly name: string;
  readonly url: string;
  /** How it is connected, where that is not what the URL says. */
  readonly road: Road | undefined;
}

/** How a device is reached, for people: its URL, and the road to it where that is another. */
export function wayTo({ url, road }: Pick<OpenedDevice, "url" | "road">): string {
  return road === undefined ? url : `${url}, ${road} road`;
}

/** All that a person waits for a device to answer, in milliseconds. */
const OPEN_TIMEOUT_MS = 6_000;

/**
 * Finds a device, connects to it, and disconnects when the work with it is done.
 *
 * @param where - A URL or a name.
 * @throws AddressError, NotFoundError, AmbiguousDeviceError, DeviceUnavailableError, and what the work throws.
 */
export async function withDevice<T>(
  session: Session,
  where: string,
  options: DeviceOptions,
  work: (device: OpenedDevice) => Promise<T>,
): Promise<T> {
  const keys = ChosenKeys.read(options, process.env);
  const url = urlOf(where);
  if (url !== undefined) {
    requirePort(url);
    return connected(session, where, url, keys.towardsUrl(url), () => Promise.resolve(url), work);
  }
  const places = lookupPlaces(options, process.env);
  const lookup = await Lookup.open(places, keys, commandLogger(session.output));
  try {
    const found = await withSpinner(
      session.output,
      `looking for ${printable(where)}`,
      findDevice(lookup, where),
    );
    return await connected(session, where, found.url, keys.towards(found), locateAgain(lookup, found), work);
  } finally {
    await lookup.close();
  }
}

/**
 * @throws AddressError if it is no address; UsageError if nothing could be connected to there.
 */
function requirePort(url: string): void {
  if (!url.startsWith("tcp://")) {
    transportOf(url).checkedUrl(url);
    return;
  }
  const address = parseAddress(url);
  if (address.scheme === "tcp" && address.port === undefined)
    throw new UsageError(`${url} names no port: as in ${url}:9000`);
}

/** Where it was found; after that, where it is then: it may come back elsewhere, or another be there. */
function locateAgain(lookup: Lookup, found: DeviceRecord): Locate {
  const directory = {
    find: async (query: { name?: string; type?: string }) => (await lookup.findAny(query)).devices,
    changes$: merge(...lookup.sources.map((source) => source.directory.changes$), NEVER),
  };
  const { name, type } = found;
  return deviceSearch(directory, name === "" ? { type } : { name }, found);
}

async function connected<T>(
  session: Session,
  where: string,
  url: string,
  security: Security,
  locate: Locate,
  work: (device: OpenedDevice) => Promise<T>,
): Promise<T> {
  const isUrl = urlOf(where) !== undefined;
  const client = new RpcClient(locate, undefined, {
    ...connectionOptions(session, security),
    ...(!isUrl && { name: where }),
  });
  try {
    const asked = orFirstProblem(
      (signal) => client.inventory({ timeoutMs: OPEN_TIMEOUT_MS, signal }),
      client.state$,
      isUrl ? url : `${where} (${url})`,
      session.signal,
    );
    const inventory = await withSpinner(session.output, `connecting to ${printable(where)}`, asked);
    const name = inventory.name === "" ? where : inventory.name;
    const state = await firstValueFrom(client.state$);
    const road = state.kind === "connected" ? state.road : undefined;
    return await work({ client, contract: contractFromInventory(inventory), inventory, name, url, road });
  } finally {
    await client.close();
  }
}
