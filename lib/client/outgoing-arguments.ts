import { type MethodContract } from "../contract/service-contract";
import { EncodingError } from "../errors";

/** Arguments by their names. */
export type Keywords = Readonly<Record<string, unknown>>;

/**
 * A call's arguments for the wire. What is left out at the end stays out; after one that is left out in the middle, the
 * others go by name, so that the method's default applies. Those that are declared `keyword` always go by name.
 *
 * @param named - The arguments that the caller gives by name.
 * @throws EncodingError for a function or symbol, and for an argument after one that is left out whose name is not
 *   known: there would be null in the gap, which is not the method's default.
 */
export function outgoingArguments(
  method: MethodContract,
  given: readonly unknown[],
  named: Keywords = {},
): { readonly args: readonly unknown[]; readonly kwargs: Keywords } {
  given.forEach((value, index) => checkSendable(value, argumentName(method, index)));
  for (const [name, value] of Object.entries(named)) checkSendable(value, name);
  const byPlace = placesOf(method, given);
  if (byPlace === given.length) return { args: given, kwargs: named };
  const kwargs: Record<string, unknown> = {};
  given.slice(byPlace).forEach((value, offset) => {
    if (value !== undefined) kwargs[nameAt(method, byPlace + offset)] = value;
  });
  return { args: given.slice(0, byPlace), kwargs: { ...kwargs, ...named } };
}

/** How many arguments, from the first, go by their place. */
function placesOf({ parameters = [] }: MethodContract, given: readonly unknown[]): number {
  const gap = given.indexOf(undefined);
  const keyword = parameters.findIndex((parameter) => parameter.keyword === true);
  return Math.min(gap < 0 ? given.length : gap, keyword < 0 ? given.length : keyword, given.length);
}

function nameAt({ parameters = [] }: MethodContract, index: number): string {
  const name = parameters[index]?.name;
  if (name !== undefined) return name;
  throw new EncodingError(
    `argument ${index + 1} comes after one that is left out, and its name is not known: give all before it, ` +
      'or give it by name with clientOf(remote).call("method", args, { name: value })',
  );
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
