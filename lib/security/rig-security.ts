import {
  type Allow,
  type ClientSecurity,
  type KeyPair,
  type Plain,
  type PublicKey,
  type ServerSecurity,
} from "./credentials";

/**
 * The server keys of a rig's devices, by device name, or by service type for those that are asked for by their type.
 * `"plain"` is a device without keys, such as an original. Whoever is not named has the app's own key.
 */
export type ServerKeys = PublicKey | Readonly<Record<string, PublicKey>>;

/** The keys of an app: for the devices that it serves and for the clients that it makes. */
export interface RigSecurity {
  /** The app's own pair, or the path of its key file. */
  readonly keys: KeyPair | string;
  /** Who may use the app's devices besides those who have this very pair. Default: nobody. */
  readonly allow?: Allow;
  /** What the devices that the app uses are known by: one key for all, or one for each. Default: the app's own. */
  readonly serverKeys?: ServerKeys;
}

export function securityOfDevices(security: RigSecurity | Plain): ServerSecurity | Plain {
  if (security === "plain") return security;
  const { keys, allow } = security;
  return { keys, ...(allow !== undefined && { allow }) };
}

/** @param device - The name, or else the type, by which the device is asked for. */
export function securityTowards(security: RigSecurity | Plain, device: string): ClientSecurity | Plain {
  if (security === "plain") return security;
  const { keys, serverKeys } = security;
  const serverKey = typeof serverKeys === "object" ? ownEntry(serverKeys, device) : serverKeys;
  if (serverKey === "plain") return serverKey;
  return { keys, ...(serverKey !== undefined && { serverKey }) };
}

function ownEntry<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
