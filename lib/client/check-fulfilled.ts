import { type MemberContract, type ServiceContract } from "../contract/service-contract";
import { ContractError, placeName, type ErrorPlace } from "../errors";
import { type Inventory } from "../wire/inventory";

/** What becomes of a device that lacks members of its contract. */
export type MissingMembers =
  /** It is used, and what is missing fails when it is used. */
  | "tell"
  /** Nothing of it can be used. */
  | "fail";

/**
 * Compares what a contract promises with what a device offers; more than was promised is fine.
 *
 * @returns What is missing or of another kind: by the member's name in TypeScript, what the device has not.
 */
export function missingMembers(contract: ServiceContract, inventory: Inventory): ReadonlyMap<string, string> {
  return new Map(
    [...contract.members.values()].flatMap((member): [string, string][] => {
      const offered = offeredAs(member.wireName, inventory);
      const wanted = kindOf(member);
      if (offered === wanted) return [];
      const otherwise = offered === undefined ? "" : ` (it is a ${offered})`;
      return [[member.member, `${wanted} ${member.wireName}${otherwise}`]];
    }),
  );
}

/** The error of a device that lacks members, with every one of them. */
export function notFulfilled(
  contract: ServiceContract,
  inventory: Inventory,
  missing: ReadonlyMap<string, string>,
): ContractError {
  const device = inventory.name === "" ? "the device" : inventory.name;
  return new ContractError(
    `${device} does not fulfil ${contract.name}: it has no ${[...missing.values()].join(", no ")}`,
    { device: inventory.name },
  );
}

/** The error of using one member that the device lacks. */
export function notOffered(what: string, place: ErrorPlace): ContractError {
  return new ContractError(
    `${placeName(place)}the device has no ${what}: it may be of another version than the contract`,
    place,
  );
}

function kindOf(member: MemberContract): string {
  return member.kind === "method" ? `${member.result} method` : member.kind;
}

function offeredAs(
  name: string,
  { jsonMethods, bufferMethods, properties, signals, rigwire }: Inventory,
): string | undefined {
  const isStream = rigwire?.members.get(name)?.stream !== undefined;
  if (jsonMethods.has(name)) return isStream ? "stream method" : "json method";
  if (bufferMethods.has(name)) return "buffer method";
  if (properties.includes(name)) return "property";
  return signals.includes(name) ? "signal" : undefined;
}
