import { type MethodContract } from "../contract/service-contract";
import { EncodingError } from "../errors";

/**
 * A call's arguments for the wire. What is left out at the end stays out; after one that is left out in the middle,
 * the others go by name, where the names are known, so that the method's default applies.
 *
 * @throws EncodingError for a function or symbol: JSON would make null of it without a word.
 */
export function outgoingArguments(
  method: MethodContract,
  given: readonly unknown[],
): { args: readonly unknown[]; kwargs: Readonly<Record<string, unknown>> } {
  const { parameters = [] } = method;
  given.forEach((value, index) => checkSendable(value, argumentName(method, index)));
  const gap = given.indexOf(undefined);
  if (gap < 0) return { args: given, kwargs: {} };
  const after = given.flatMap((value, index) =>
    index > gap && value !== undefined ? [{ index, value }] : [],
  );
  const named = after.flatMap(({ index, value }) => {
    const name = parameters[index]?.name;
    return name === undefined ? [] : [[name, value] as const];
  });
  if (named.length < after.length)
    return { args: given.slice(0, (after.at(-1)?.index ?? -1) + 1), kwargs: {} };
  return { args: given.slice(0, gap), kwargs: Object.fromEntries(named) };
}

/** What errors call an argument: its name, or its number. */
export function argumentName({ parameters = [] }: MethodContract, index: number): string {
  return parameters[index]?.name ?? `argument ${index + 1}`;
}

/**
 * @param what - What the value is, for the error.
 * @throws EncodingError for a function or symbol.
 */
export function checkSendable(value: unknown, what: string): void {
  if (typeof value !== "function" && typeof value !== "symbol") return;
  throw new EncodingError(`${what} is a ${typeof value}, which cannot be sent`);
}
