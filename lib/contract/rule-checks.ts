import { type ValidationError as Violation } from "class-validator";
import { ValidationError } from "../errors";
import { rulesOf, type Unchecked } from "./constraints";
import { type PropertyGuard } from "./rule-checker";
import { quickCheckOf, type QuickCheck } from "./quick-check";
import { remembered } from "./remembered";
import { classValidator, constraintStorage, type Rule } from "./validator";
import { type Constructor } from "./value-type";

/** Null for a class without constraints. */
const quickCheck = remembered((type: Constructor<object>): QuickCheck | null => {
  const rules = rulesOf(type);
  return rules.length > 0 ? quickCheckOf(type, rules) : null;
});

/**
 * Checks instances against the class-validator constraints of their classes, also asynchronous ones.
 *
 * @returns Nothing to wait for where all can be seen to pass at once; else a promise that rejects with a ValidationError,
 *   with the validator's own messages, each with its place.
 */
export function checkConstraints(unchecked: readonly Unchecked[]): Promise<void> | undefined {
  const doubtful = unchecked.filter(
    ({ instance }) => quickCheck(instance.constructor as Constructor<object>)?.(instance) !== true,
  );
  return doubtful.length === 0 ? undefined : validateAll(doubtful);
}

/**
 * Whether an object, which need be no instance, can be seen to keep all rules of a class. That it cannot be seen means
 * nothing: a rule may want an instance.
 */
export function passesQuickly(dto: Constructor<object>, value: object): boolean {
  try {
    return quickCheck(dto)?.(value) === true;
  } catch {
    return false;
  }
}

/** What rules that need not be waited for say against an instance, each with its place. */
export function violationsOf(instance: object, place: string): readonly string[] {
  const check = quickCheck(instance.constructor as Constructor<object>);
  if (check === null || check(instance)) return [];
  return messagesOf(place, classValidator().validateSync(instance));
}

async function validateAll(unchecked: readonly Unchecked[]): Promise<void> {
  for (const { place, instance } of unchecked) {
    const violations = await classValidator().validate(instance);
    if (violations.length > 0) throw violated(place, violations);
  }
}

/**
 * The class-validator constraints that stand on one property of a device class, as a check for values that are not
 * in a device yet. The device itself is never validated: its other members are its own affair.
 *
 * @param constraints - Those on the property (`rulesOn`).
 */
export function propertyGuard(member: string, constraints: readonly Rule[]): PropertyGuard {
  // A class of its own that carries nothing but this property's constraints.
  class Holder {
    [member: string]: unknown;
  }
  for (const constraint of constraints) {
    const copy = Object.assign(Object.create(constraint) as typeof constraint, { target: Holder });
    constraintStorage()?.addValidationMetadata(copy);
  }
  return async (value) => {
    const holder = new Holder();
    holder[member] = value;
    const violations = await classValidator().validate(holder);
    if (violations.length > 0) throw violated("", violations);
  };
}

function violated(place: string, violations: readonly Violation[]): ValidationError {
  return new ValidationError(messagesOf(place, violations).join("; "));
}

function messagesOf(place: string, violations: readonly Violation[]): string[] {
  return violations.flatMap(({ property, constraints = {}, children = [] }) => [
    ...Object.values(constraints).map((message) => (place === "" ? message : `${place}: ${message}`)),
    ...messagesOf(place === "" ? property : `${place}.${property}`, children),
  ]);
}
