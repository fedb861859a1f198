import { type MethodContract, type ServiceContract } from "../contract/service-contract";
import { type Logger } from "../log/logger";

/** Of a class that is served again and again, its author is told once. */
const warned = new WeakSet<ServiceContract>();

/**
 * Says so where nothing is known of a parameter, or no types were passed on for a property that can be set: then
 * whatever comes from the network reaches the device, and nothing else tells. Methods without parameters are not named.
 * Each class is told of once in a process.
 *
 * @param contract - The one object that stands for the class.
 */
export function warnOfUncheckedArguments(contract: ServiceContract, log: Logger): void {
  if (warned.has(contract)) return;
  warned.add(contract);
  const methods = [...contract.methods.values()].filter(takesAnything);
  const properties = [...contract.properties.values()].filter(({ isUnchecked }) => isUnchecked === true);
  if (methods.length + properties.length === 0) return;
  const subjects = [
    ...(methods.length > 0 ? [`the arguments of ${methods.map(({ member }) => member).join(", ")}`] : []),
    ...(properties.length > 0
      ? [`the values set to ${properties.map(({ member }) => member).join(", ")}`]
      : []),
  ];
  const places = [...methods.map(placesIn), ...properties.map(({ member }) => member)];
  log.warn(
    { service: contract.name, unchecked: places },
    `${contract.name}: ${subjects.join(" and ")} are not checked, since nothing is known of ${places.join("; ")}: ` +
      `write the type out, as in ${methods.length > 0 ? '@Arg("x", { type: Number })' : "@RpcProperty({ type: Number })"} ` +
      '(type: Any takes any value), or compile with "emitDecoratorMetadata" in tsconfig.json, which passes on types that ' +
      "are written out; esbuild, tsx, vite and vitest leave them out",
  );
}

function takesAnything({ parameters }: MethodContract): boolean {
  return parameters === undefined || parameters.some(({ isUnchecked }) => isUnchecked === true);
}

function placesIn({ member, parameters }: MethodContract): string {
  if (parameters === undefined) return `${member}()`;
  const unknown = parameters.flatMap(({ name, isUnchecked }, index) =>
    isUnchecked === true ? [name ?? `argument ${index + 1}`] : [],
  );
  return `${member}(${unknown.join(", ")})`;
}
