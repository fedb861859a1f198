import { DeviceUnavailableError } from "../errors";
import { type PeerIdentity } from "../transport/located";
import { type Locate } from "../transport/rpc-channel";
import { type DeviceDirectory, type DeviceQuery, type DeviceRecord } from "./device-directory";
import { locateRecord } from "./locate-device";

/**
 * Looks for one device, over all connections of one client. A device that answers is compared with what was looked for;
 * where it is another, its address is passed over as long as there is any other, and tried again where there is none.
 *
 * @param known - Where it was found already, for the first connection.
 */
export function deviceSearch(directory: DeviceDirectory, query: DeviceQuery, known?: DeviceRecord): Locate {
  /** Where another device answered, the latest last. */
  const refuted = new Set<string>();
  let first = known;
  return async (signal, tell) => {
    const device = first ?? (await locateRecord(directory, { ...query, notAt: refuted }, signal, tell));
    first = undefined;
    const { url } = device;
    return {
      url,
      verify(identity) {
        refuted.delete(url);
        if (isMeant(identity, device, query)) return;
        refuted.add(url);
        throw anotherDevice(identity, query);
      },
    };
  };
}

/**
 * Whether the device that answers is the one that was looked for. A device without a name cannot be told apart, nor one
 * without a type.
 */
export function isMeant(identity: PeerIdentity, device: DeviceRecord, query: DeviceQuery): boolean {
  return hasName(identity, device, query.name) && hasType(identity, device, query.type);
}

function hasName({ name, type }: PeerIdentity, device: DeviceRecord, asked: string | undefined): boolean {
  if (asked === undefined || name === "") return true;
  if (device.type !== "") return name === ((device.ownName ?? device.name) || asked);
  return isSameWord(name, asked) || (type !== undefined && isSameWord(type, asked));
}

function hasType({ type }: PeerIdentity, device: DeviceRecord, asked: string | undefined): boolean {
  if (asked === undefined || type === undefined) return true;
  return device.name === "" ? isSameWord(type, asked) : type === asked;
}

/** Directories that do not tell names from types do not tell upper from lower case either (RPyC registry). */
function isSameWord(one: string, other: string): boolean {
  return one.toUpperCase() === other.toUpperCase();
}

function anotherDevice({ name, type }: PeerIdentity, query: DeviceQuery): DeviceUnavailableError {
  const found = [...(name === "" ? [] : [`"${name}"`]), ...(type === undefined ? [] : [`of type "${type}"`])];
  const asked = query.name === undefined ? `a device of type "${query.type ?? ""}"` : `"${query.name}"`;
  return new DeviceUnavailableError(
    `the device there is ${found.join(" ")}, not ${asked}: it was given the address of another, or is listed wrongly`,
  );
}
