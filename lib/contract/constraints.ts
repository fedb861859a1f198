import { remembered } from "./remembered";
import { constraintStorage, type Rule } from "./validator";
import { type Constructor } from "./value-type";

/** An object that came from the network, turned into its class; its constraints are still to be checked. */
export interface Unchecked {
  /** Where it stands, such as `target` or `steps[2]`. */
  readonly place: string;
  readonly instance: object;
}

/** Whether class-validator knows any constraint on the class or what it extends. */
export const hasConstraints = remembered((type: Constructor<object>) => rulesOf(type).length > 0);

/** The rules on one member of a class, or of what it extends. */
export function rulesOn(type: Constructor<object>, member: string): Rule[] {
  return rulesOf(type).filter(({ propertyName }) => propertyName === member);
}

/** The rules that class-validator knows of the members of a class, and of those that it extends. */
export function rulesOf(type: Constructor<object>): Rule[] {
  return constraintStorage()?.getTargetValidationMetadatas(type, "", false, false) ?? [];
}
