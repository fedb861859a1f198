import { type ValidatorConstraintInterface } from "class-validator";
import { constraintStorage, type Rule } from "./validator";

interface CheckedProperty {
  readonly name: string;
  /** The property is checked only where all of them hold, as with `@IsOptional()`. */
  readonly conditions: readonly ((object: object, value: unknown) => boolean)[];
  readonly checks: readonly {
    readonly check: ValidatorConstraintInterface;
    readonly constraints: unknown[];
  }[];
}

/** Says of an object that it passes every rule. That it does not say so means nothing: class-validator has to look. */
export type QuickCheck = (object: object) => boolean;

const NEVER: QuickCheck = () => false;

/**
 * The rules of a class as a list of its validators' own functions, made once. class-validator itself prepares an error
 * report for every property of every object, also where nothing is wrong: several times the cost of a whole call.
 *
 * Rules that say more than what one value must be (nested objects, each item of a list) are left to it, and so are those
 * that take their time: a rule that looks something up is asked once for each value.
 */
export function quickCheckOf(type: { readonly name: string }, rules: readonly Rule[]): QuickCheck {
  if (!rules.every(isSimple) || rules.some(isAsync)) return NEVER;
  const names = [...new Set(rules.map(({ propertyName }) => propertyName))];
  const properties = names.map((name) =>
    checkedProperty(
      name,
      rules.filter(({ propertyName }) => propertyName === name),
    ),
  );
  const { name: className } = type;
  return (object) => {
    for (const property of properties) if (!passes(className, object, property)) return false;
    return true;
  };
}

function isSimple({ type, each, validateIf, groups }: Rule): boolean {
  const isKnown = type === "customValidation" || type === "conditionalValidation";
  // The types say otherwise, but `groups` is missing where other options are given.
  const isGrouped = ((groups as string[] | undefined)?.length ?? 0) > 0;
  return isKnown && !each && validateIf === undefined && !isGrouped;
}

function isAsync({ constraintCls }: Rule): boolean {
  return validatorsOf(constraintCls).some(({ async }) => async);
}

function validatorsOf(constraint: Rule["constraintCls"]) {
  return constraintStorage()?.getTargetValidatorConstraints(constraint) ?? [];
}

function checkedProperty(name: string, rules: readonly Rule[]): CheckedProperty {
  return {
    name,
    conditions: rules
      .filter(({ type }) => type === "conditionalValidation")
      .map(({ constraints }) => constraints[0] as (object: object, value: unknown) => boolean),
    checks: rules
      .filter(({ type }) => type === "customValidation")
      .flatMap(({ constraintCls, constraints }) =>
        validatorsOf(constraintCls).map(({ instance }) => ({ check: instance, constraints })),
      ),
  };
}

function passes(targetName: string, object: object, { name, conditions, checks }: CheckedProperty): boolean {
  const value = (object as Readonly<Record<string, unknown>>)[name];
  for (const condition of conditions) if (!condition(object, value)) return true;
  for (const { check, constraints } of checks) {
    if (!isTrue(check.validate(value, { targetName, property: name, object, value, constraints })))
      return false;
  }
  return true;
}

/** A promise is not true: class-validator asks again, and waits for it. */
function isTrue(answer: boolean | Promise<boolean>): boolean {
  if (typeof answer !== "boolean") void Promise.resolve(answer).catch(() => undefined);
  return answer === true;
}
