import { type MemberContract, type ServiceContract } from "../contract/service-contract";
import { ContractError } from "../errors";
import { type Inventory } from "../wire/inventory";

/**
 * Compares what a contract promises with what a device offers; more than was promised is fine.
 *
 * @throws ContractError with every member that is missing or of another kind.
 */
export function checkFulfilled(contract: ServiceContract, inventory: Inventory): void {
  const missing = [...contract.members.values()].flatMap((member) => {
    const offered = offeredAs(member.wireName, inventory);
    const wanted = kindOf(member);
    if (offered === wanted) return [];
    return `${wanted} ${member.wireName}${offered === undefined ? "" : ` (it is a ${offered})`}`;
  });
  if (missing.length === 0) return;
  const device = inventory.name === "" ? "the device" : inventory.name;
  throw new ContractError(`${device} does not fulfil ${contract.name}: it has no ${missing.join(", no ")}`, {
    device: inventory.name,
  });
}

function kindOf(member: MemberContract): string {
  return member.kind === "method" ? `${member.result} method` : member.kind;
}

function offeredAs(
  name: string,
  { jsonMethods, bufferMethods, properties, signals }: Inventory,
): string | undefined {
  if (jsonMethods.has(name)) return "json method";
  if (bufferMethods.has(name)) return "buffer method";
  if (properties.includes(name)) return "property";
  return signals.includes(name) ? "signal" : undefined;
}
