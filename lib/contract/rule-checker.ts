import { type Unchecked } from "./constraints";
import { type Rule } from "./validator";

/** Checks one property's value by its limits and rules; rejects one that they do not allow. */
export type PropertyGuard = (value: unknown) => Promise<void>;

/** What checks values by the rules of class-validator. */
export interface RuleChecker {
  /** Instances by the rules of their classes; nothing to wait for where all can be seen to pass at once. */
  checkConstraints(unchecked: readonly Unchecked[]): Promise<void> | undefined;
  /** A property's value by the rules that stand on it. */
  propertyGuard(member: string, constraints: readonly Rule[]): PropertyGuard;
}

/** Pages check none. */
const REFUSING: RuleChecker = { checkConstraints: refuse, propertyGuard: () => refuse };

let load = (): RuleChecker => REFUSING;

/** Installs what checks rules, loaded when it is first needed; the package's entry for Node does so. */
export function checkRulesBy(loader: () => RuleChecker): void {
  load = loader;
}

export function ruleChecker(): RuleChecker {
  return load();
}

function refuse(): Promise<never> {
  return Promise.reject(new Error("the rules of class-validator are checked by the device, not here"));
}
