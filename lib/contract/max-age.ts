import { ContractError } from "../errors";
import { type PropertyRecord } from "./records";
import { type PropertyContract } from "./service-contract";

/**
 * How old a property's value may be.
 *
 * @throws ContractError if it is no time, or nothing ever tells when the value was updated.
 */
export function maxAge(
  { maxAgeMs, notify }: PropertyRecord,
  hasNoSetter: boolean,
): Pick<PropertyContract, "maxAgeMs"> {
  if (maxAgeMs === undefined) return {};
  if (!(maxAgeMs > 0)) throw new ContractError("its maxAgeMs must be a positive number of milliseconds");
  if (!hasNoSetter || notify !== undefined) return { maxAgeMs };
  throw new ContractError(
    "it has a maxAgeMs, but nothing tells when its value was updated: give it a setter that the driver assigns to, or " +
      "a notify signal",
  );
}
