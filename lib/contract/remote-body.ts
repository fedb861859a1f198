import { ContractError } from "../errors";

/**
 * The body of a method in a contract class, for the side that has no implementation:
 * `@JsonMethod() focus(target: number): Promise<number> { return remote(target); }`.
 *
 * @param args - The method's parameters, so that none counts as unused.
 * @throws ContractError whenever it runs: the device's class did not override the method.
 */
export function remote(...args: unknown[]): never {
  throw new ContractError(
    `this method is only promised by a contract (called with ${args.length} arguments): override it in the device's class`,
  );
}
