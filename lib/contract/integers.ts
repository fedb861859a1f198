import { type ValueType } from "./value-type";

/**
 * What {@link Integer} means beside the type that the compiler wrote down: a declared `bigint` makes a bigint of every
 * whole number; a union such as `number | bigint`, of which the compiler knows nothing, gets whole numbers past 2^53 as
 * bigints; a declared `number` takes none of these.
 */
export function integerDeclaredAs(type: ValueType, compiled: unknown): ValueType {
  if (type.kind !== "integer") return type;
  if (compiled === BigInt) return { kind: "bigint" };
  return compiled === Object ? integerOfAnySize(type) : type;
}

/** An integer that arrives as a bigint where a number cannot hold it; any other type as it is. */
export function integerOfAnySize(type: ValueType): ValueType {
  return type.kind === "integer" ? { kind: "integer", isAnySize: true } : type;
}
