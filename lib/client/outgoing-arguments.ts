import { type MethodContract } from "../contract/service-contract";
import { holdsSet, toWire } from "../contract/to-wire";
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
  const hasSets = method.parameters?.some(({ type }) => holdsSet(type)) ?? false;
  const places = hasSets ? given.map((value, index) => argumentToWire(method, value, index)) : given;
  const names = hasSets ? namedToWire(method, named) : named;
  if (byPlace === given.length) return { args: places, kwargs: names };
  const kwargs: Record<string, unknown> = {};
  places.slice(byPlace).forEach((value, offset) => {
    if (value !== undefined) kwargs[nameAt(method, byPlace + offset)] = value;
  });
  return { args: places.slice(0, byPlace), kwargs: { ...kwargs, ...names } };
}

function argumentToWire({ parameters = [] }: MethodContract, value: unknown, index: number): unknown {
  const last = parameters.at(-1);
  const parameter = parameters[index] ?? (last?.rest === true ? last : undefined);
  return parameter === undefined ? value : toWire(parameter.type, value);
}

function namedToWire({ parameters = [] }: MethodContract, named: Keywords): Keywords {
  const types = new Map(parameters.map(({ name, type }) => [name, type]));
  return Object.fromEntries(
    Object.entries(named).map(([name, value]) => {
      const type = types.get(name);
      return [name, type === undefined ? value : toWire(type, value)];
    }),
  );
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
