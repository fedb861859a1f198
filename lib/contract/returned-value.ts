import { ContractError } from "../errors";
import { isRecord, takesAsItIs } from "./as-it-is";
import { dtoInstance } from "./dto-instance";
import { excerpt } from "./excerpt";
import { passesQuickly, violationsOf } from "./rule-checks";
import { type MethodContract } from "./service-contract";
import { toWire } from "./to-wire";
import { type Constructor, typeName, type ValueType } from "./value-type";

/**
 * What a method returned, in the form that it has on the wire.
 *
 * @throws ContractError where it is not what the author said (`returns`).
 */
export function returnedValue({ member, returns }: MethodContract, value: unknown): unknown {
  if (returns === undefined) return value;
  const problem = problemOf(returns, value, "it");
  if (problem === undefined) return toWire(returns, value);
  throw new ContractError(`${member}() returned something else than its contract says (returns): ${problem}`);
}

/** Why a value is not of its type; nothing where it is. */
function problemOf(type: ValueType, value: unknown, place: string): string | undefined {
  switch (type.kind) {
    case "dto":
      return isRecord(value) ? problemOfInstance(type.dto, value, place) : mismatch(type, value, place);
    case "array":
      return Array.isArray(value)
        ? firstProblem(value, (item, index) => problemOf(type.items, item, `${place}[${index}]`))
        : mismatch(type, value, place);
    case "union":
      return type.members.some((member) => problemOf(member, value, place) === undefined)
        ? undefined
        : mismatch(type, value, place);
    default:
      return takesAsItIs(type, value) ? undefined : mismatch(type, value, place);
  }
}

function firstProblem(
  items: readonly unknown[],
  look: (item: unknown, index: number) => string | undefined,
): string | undefined {
  for (const [index, item] of items.entries()) {
    const problem = look(item, index);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Rules that take their time are left out: a device does not wait for what it may tell. */
function problemOfInstance(dto: Constructor<object>, value: object, place: string): string | undefined {
  if (passesQuickly(dto, value)) return undefined;
  const instance = value instanceof dto ? value : dtoInstance(dto, value);
  const [problem] = violationsOf(instance, place);
  return problem;
}

function mismatch(type: ValueType, value: unknown, place: string): string {
  return `${place} is ${excerpt(value)}, and not ${typeName(type)}`;
}
