import { existsSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { contractFromInventory } from "../../client/contract-from-inventory";
import { type RpcClient } from "../../client/rpc-client";
import { type ServiceContract } from "../../contract/service-contract";
import { messageOf } from "../../errors";
import { decodeInventory, type Inventory, inventoryReply } from "../../wire/inventory";
import { decodeJson, encodeJson } from "../../wire/json";
import { isObject } from "../../wire/message";
import { VERSION } from "../../version";
import { type ToldContract } from "../contract/told-contract";
import { UsageError } from "../program/exit-code";
import { type Session } from "../program/session";
import { type DeviceOptions } from "./device-options";
import { deviceFile, ownProgram } from "./device-file";
import { loadDevice } from "./load-device";
import { withDevice } from "./opened-device";

/** The file of a class, with or without the name of one. */
const CLASS_FILE = /\.[cm]?[jt]s(#\w+)?$/;

/** What is there to be asked further, where the contract is a running device's. */
type Work<T> = (told: ToldContract, client: RpcClient | undefined) => Promise<T>;

/**
 * The contract of a running device, of a decorated class in a file, or of an inventory that was saved as `.json`.
 *
 * @throws UsageError for a file that is none of these, and what {@link withDevice} throws.
 */
export async function withContract<T>(
  session: Session,
  place: string,
  options: DeviceOptions,
  work: Work<T>,
): Promise<T> {
  if (isClassFile(place)) {
    const { contract, serviceType } = await loadDevice(deviceFile(place), (text) =>
      session.output.note(text),
    );
    return work(toldBy(inventoryOf(contract), serviceType), undefined);
  }
  if (place.endsWith(".json") && !place.includes("://")) return work(savedContract(place), undefined);
  return withDevice(session, place, options, ({ client, contract, inventory, name, url }) =>
    work({ contract, inventory, name, url }, client),
  );
}

/**
 * Leaves the command to the `rigwire` program of the project that a class belongs to: only the copy of the package that
 * decorated a class knows its contract.
 *
 * @returns Whether it did.
 */
export async function leftToOwnProgram(places: readonly string[]): Promise<boolean> {
  const files = places.filter(isClassFile).map(deviceFile);
  const [program] = files.flatMap((file) => ownProgram(file, require.resolve("../main")) ?? []);
  if (program === undefined) return false;
  await import(pathToFileURL(program).href);
  return true;
}

function isClassFile(place: string): boolean {
  return CLASS_FILE.test(place) && !place.includes("://");
}

function savedContract(path: string): ToldContract {
  if (!existsSync(path))
    throw new UsageError(`there is no file ${path}: save one with rigwire types DEVICE --as inventory`);
  try {
    const reply = decodeJson(readFileSync(path, "utf8"));
    if (!isObject(reply)) throw new UsageError("it holds no object");
    return toldBy(decodeInventory(reply));
  } catch (error) {
    throw new UsageError(
      `${path} is no saved inventory: ${messageOf(error)}; save one with rigwire types DEVICE --as inventory`,
      {},
      { cause: error },
    );
  }
}

function toldBy(inventory: Inventory, name = inventory.name): ToldContract {
  return {
    name: name === "" ? (inventory.rigwire?.type ?? "device") : name,
    contract: contractFromInventory(inventory),
    inventory,
  };
}

/** As a device of the class would tell it. */
function inventoryOf(contract: ServiceContract): Inventory {
  const identity = {
    name: "",
    version: VERSION,
    instance: "",
    clock: 0,
    signalPort: 0,
    maxMessageBytes: 0,
    maxTextBytes: 0,
    features: [],
  };
  const reply = decodeJson(encodeJson(inventoryReply(contract, identity), ""));
  return decodeInventory(isObject(reply) ? reply : {});
}
