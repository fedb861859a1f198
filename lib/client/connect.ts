import { contractOf } from "../contract/contract-of";
import { type Constructor } from "../contract/value-type";
import { type Locate } from "../transport/rpc-channel";
import { contractFromInventory } from "./contract-from-inventory";
import { createRemote } from "./create-remote";
import { type Remote } from "./remote";
import { RpcClient, type ClientOptions } from "./rpc-client";

/** How a device is connected of which only the type is known. */
export interface InventoryOptions extends ClientOptions {
  /**
   * How long is waited for the device and its inventory, in milliseconds. Pages need more than 5,000 to connect for
   * sure: so long Chromium may keep a WebSocket back after several have failed. Default: `timeoutMs`, or else 1,000.
   */
  readonly connectTimeoutMs?: number;
}

/**
 * A device by its contract. The object is there at once; the first use connects.
 *
 * @param contract - A decorated class: the device's own, or a contract class.
 * @param where - The device's URL, or a function that finds it.
 * @throws ContractError if the class is decorated wrongly.
 */
export function connect<T extends object>(
  contract: Constructor<T>,
  where: string | Locate,
  options?: ClientOptions,
): Remote<T>;
/**
 * A device of which only the type is known: resolves when the device has told which member is what.
 *
 * @throws DeviceUnavailableError if it is not there within `connectTimeoutMs` (default: `timeoutMs`, or else 1,000).
 */
export function connect<T extends object>(
  where: string | Locate,
  options?: InventoryOptions,
): Promise<Remote<T>>;
export function connect<T extends object>(
  first: Constructor<T> | string | Locate,
  second?: string | Locate | InventoryOptions,
  third?: ClientOptions,
): Remote<T> | Promise<Remote<T>> {
  if (typeof second === "string" || typeof second === "function") {
    return connectByContract(first as Constructor<T>, second, third);
  }
  return connectByInventory(first as string | Locate, second);
}

function connectByContract<T extends object>(
  type: Constructor<T>,
  where: string | Locate,
  options: ClientOptions = {},
): Remote<T> {
  const contract = contractOf(type);
  return createRemote<T>(new RpcClient(toLocate(where), contract, options), contract);
}

async function connectByInventory<T extends object>(
  where: string | Locate,
  { connectTimeoutMs, ...options }: InventoryOptions = {},
): Promise<Remote<T>> {
  const client = new RpcClient(toLocate(where), undefined, options);
  try {
    const inventory = await client.inventory(
      connectTimeoutMs === undefined ? {} : { timeoutMs: connectTimeoutMs },
    );
    return createRemote<T>(client, contractFromInventory(inventory));
  } catch (error) {
    await client.close();
    throw error;
  }
}

function toLocate(where: string | Locate): Locate {
  return typeof where === "string" ? () => Promise.resolve(where) : where;
}
