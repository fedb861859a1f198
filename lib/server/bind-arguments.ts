import { type Unchecked } from "../contract/constraints";
import { convertValue } from "../contract/convert-value";
import { checkConstraints } from "../contract/rule-checks";
import { checkValue } from "../contract/value-rules";
import { type MethodContract, type ParameterContract } from "../contract/service-contract";
import { ValidationError } from "../errors";
import { type MethodCall } from "../wire/requests";

/**
 * Makes the arguments of a call fit the method's parameters: by place, by name, types converted, constraints checked.
 * What is left out at the end stays out, so that the method's own defaults apply.
 *
 * @returns The arguments; a promise only where constraints have to be checked.
 * @throws ValidationError naming the argument and what is wrong with it.
 */
export function bindArguments(method: MethodContract, call: MethodCall): unknown[] | Promise<unknown[]> {
  const { parameters } = method;
  if (parameters === undefined) return unchecked(call);
  const given = byPlace(method.wireName, parameters, call);
  const toCheck: Unchecked[] = [];
  for (const [index, value] of given.entries()) {
    const parameter = parameters[Math.min(index, parameters.length - 1)];
    if (parameter !== undefined) given[index] = bindOne(parameter, value, index, toCheck);
  }
  const checking = toCheck.length === 0 ? undefined : checkConstraints(toCheck);
  return checking === undefined ? given : checking.then(() => given);
}

function unchecked({ method, args, kwargs }: MethodCall): unknown[] {
  const [keyword] = Object.keys(kwargs);
  if (keyword !== undefined) {
    throw new ValidationError(
      `${method}() takes no argument by name ("${keyword}"): its parameters are not known`,
    );
  }
  return [...args];
}

/** The arguments in the order of the parameters, keywords put in their places. */
function byPlace(
  method: string,
  parameters: readonly ParameterContract[],
  { args, kwargs }: MethodCall,
): unknown[] {
  const takesRest = parameters.at(-1)?.rest === true;
  if (args.length > parameters.length && !takesRest) {
    throw new ValidationError(`${method}() takes ${counted(parameters.length)}, got ${args.length}`);
  }
  const given = [...args];
  for (const [name, value] of Object.entries(kwargs)) {
    const index = parameters.findIndex((parameter) => parameter.name === name && !parameter.rest);
    if (index < 0) throw new ValidationError(`${method}() has no argument "${name}": ${names(parameters)}`);
    if (index in given) throw new ValidationError(`${method}() got "${name}" twice, by place and by name`);
    given[index] = value;
  }
  refuseMissing(method, parameters, given);
  return Array.from(given);
}

function refuseMissing(
  method: string,
  parameters: readonly ParameterContract[],
  given: readonly unknown[],
): void {
  parameters.forEach((parameter, index) => {
    if (parameter.optional || index in given) return;
    const { name } = parameter;
    const declared = name === undefined ? "@Arg" : `@Arg("${name}", { optional: true })`;
    throw new ValidationError(
      `${method}() is missing its argument ${label(parameter, index)} (one that may be left out is declared as ` +
        `optional by ${declared})`,
    );
  });
}

function bindOne(parameter: ParameterContract, value: unknown, index: number, toCheck: Unchecked[]): unknown {
  // Left out between others that were given by name.
  if (value === undefined) return undefined;
  if (value === null && parameter.nullable) return null;
  const place = label(parameter, index);
  const converted = convertValue(parameter.type, value, place, toCheck);
  if (parameter.check !== undefined) checkValue(parameter.check, converted, place, toCheck);
  return converted;
}

function label(parameter: ParameterContract, index: number): string {
  return parameter.name ?? `argument ${index + 1}`;
}

function names(parameters: readonly ParameterContract[]): string {
  const known = parameters.flatMap(({ name, rest }) => (name === undefined || rest ? [] : [name]));
  return known.length === 0 ? "it takes none by name" : `its arguments are ${known.join(", ")}`;
}

function counted(count: number): string {
  if (count === 0) return "no arguments";
  return count === 1 ? "1 argument" : `${count} arguments`;
}
