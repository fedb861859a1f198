import { type Unchecked } from "./constraints";
import { type PropertyGuard, ruleChecker } from "./rule-checker";
import { type Rule } from "./validator";
import { checkValue, type ValueCheck } from "./value-rules";

/**
 * The rules that are written out for a property and those that stand beside it as decorators, as one.
 *
 * @param check - The former.
 * @param constraints - The latter.
 * @returns Nothing where there are none.
 */
export function guardOf(
  member: string,
  check: ValueCheck | undefined,
  constraints: readonly Rule[],
): PropertyGuard | undefined {
  const beside = constraints.length === 0 ? undefined : ruleChecker().propertyGuard(member, constraints);
  if (check === undefined) return beside;
  return async (value) => {
    const toCheck: Unchecked[] = [];
    checkValue(check, value, member, toCheck);
    if (toCheck.length > 0) await ruleChecker().checkConstraints(toCheck);
    await beside?.(value);
  };
}
