import { type Unchecked } from "../contract/constraints";
import { convertValue } from "../contract/convert-value";
import { checkConstraints } from "../contract/rule-checks";
import { type PropertyContract } from "../contract/service-contract";
import { ValidationError } from "../errors";

/**
 * A value from outside as a device may have it: of its property's type, and within all its rules.
 *
 * @throws ValidationError with what is wrong with it.
 */
export async function acceptedValue(property: PropertyContract, value: unknown): Promise<unknown> {
  const { type, nullable, wireName, guard } = property;
  if (property.readonly) throw new ValidationError(`${wireName} is read-only: it cannot be set`);
  if (value === null && nullable) return null;
  const unchecked: Unchecked[] = [];
  const converted = convertValue(type, value, wireName, unchecked);
  await checkConstraints(unchecked);
  await guard?.(converted);
  return converted;
}
