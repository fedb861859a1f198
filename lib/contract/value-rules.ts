import { ContractError, ValidationError } from "../errors";
import { type Unchecked } from "./constraints";
import { choiceType, typeName, type ValueType } from "./value-type";

/** What a value must be beyond its type: of an argument by `@Arg`, of a property by `@RpcProperty`. */
export interface ValueRules {
  /** The values that are taken; the type is theirs. */
  readonly choices?: readonly (string | number)[];
  /** The smallest number that is taken. */
  readonly min?: number | bigint;
  /** The largest number that is taken. */
  readonly max?: number | bigint;
  /** Rules of class-validator: `rules: [IsEmail()]`. */
  readonly rules?: readonly PropertyDecorator[];
}

/** Refuses values that are of their type and break a rule. */
export interface ValueCheck {
  readonly min: number | bigint | undefined;
  readonly max: number | bigint | undefined;
  /** Rules of class-validator that are written out. */
  readonly rules: readonly PropertyDecorator[];
  /** The value as the one member of an object that carries the rules of class-validator; nothing without such rules. */
  readonly hold: ((value: unknown) => object) | undefined;
}

/**
 * The type of a value for which rules are written out: they say more than a type of which nothing is known.
 *
 * @throws ContractError where type and rules exclude each other.
 */
export function ruledType(
  type: ValueType | undefined,
  { choices, min, max }: ValueRules,
): ValueType | undefined {
  const hasLimits = min !== undefined || max !== undefined;
  const kind = type?.kind ?? "any";
  if (choices !== undefined) {
    if (!["any", "string", "number", "integer"].includes(kind)) {
      throw new ContractError(`choices are of texts and numbers, not of ${kind}`);
    }
    return choiceType(choices);
  }
  if (!hasLimits) return type;
  if (type === undefined || kind === "any") return { kind: "number" };
  if (["number", "integer", "bigint"].includes(kind)) return type;
  throw new ContractError(`min and max are for numbers, not for ${typeName(type)}`);
}

/** What has to be checked of a value of the right type; nothing where there are no such rules. */
export function valueCheck(place: string, { min, max, rules = [] }: ValueRules): ValueCheck | undefined {
  if (min === undefined && max === undefined && rules.length === 0) return undefined;
  return { min, max, rules, hold: rules.length === 0 ? undefined : holderOf(place, rules) };
}

/**
 * Checks limits at once and leaves the rules of class-validator to `checkConstraints`.
 *
 * @throws ValidationError for a value beyond the limits.
 */
export function checkValue(
  { min, max, hold }: ValueCheck,
  value: unknown,
  place: string,
  toCheck: Unchecked[],
): void {
  // NaN is neither less nor greater.
  if (min !== undefined && !((value as number | bigint) >= min)) {
    throw new ValidationError(`${place} must not be less than ${min}, and is ${String(value)}`);
  }
  if (max !== undefined && !((value as number | bigint) <= max)) {
    throw new ValidationError(`${place} must not be greater than ${max}, and is ${String(value)}`);
  }
  if (hold !== undefined) toCheck.push({ place: "", instance: hold(value) });
}

/** Makes objects that carry the rules on their one member. */
function holderOf(place: string, rules: readonly PropertyDecorator[]): (value: unknown) => object {
  const Holder = holderClass(place, rules);
  return (value) => Object.assign(new Holder(), { [place]: value });
}

/** A class of its own, on whose one member the rules stand. */
export function holderClass(place: string, rules: readonly PropertyDecorator[]): new () => object {
  class Holder {
    [member: string]: unknown;
  }
  for (const rule of rules) rule(Holder.prototype, place);
  return Holder;
}
