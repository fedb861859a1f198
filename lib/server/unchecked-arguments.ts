import { type ServiceContract } from "../contract/service-contract";
import { type Logger } from "../log/logger";

/**
 * Says so where the compiler passed no types on: then whatever comes from the network reaches the methods, and nothing
 * else tells.
 */
export function warnOfUncheckedArguments(contract: ServiceContract, log: Logger): void {
  const unchecked = [...contract.methods.values()].filter(({ parameters }) => parameters === undefined);
  if (unchecked.length === 0) return;
  const methods = unchecked.map(({ member }) => member).join(", ");
  log.warn(
    { service: contract.name },
    `${contract.name}: the arguments of ${methods} are not checked, since the compiler passed no types on: set ` +
      '"emitDecoratorMetadata" in tsconfig.json, and compile with tsc; loaders such as tsx leave them out',
  );
}
