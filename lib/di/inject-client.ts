import { injectWithTransform } from "tsyringe";
import { type Remote } from "../client/remote";
import { type Constructor } from "../contract/value-type";
import { ContractError } from "../errors";
import { DeviceClients } from "./device-clients";

/**
 * Injects a remote device into a constructor that tsyringe calls (`@injectable()` on the class).
 *
 * @param contract - The device's class, or a contract class; `() => Camera` where the imports go in a circle.
 * @param name - The device's name; without one, the only device of the contract's type.
 */
export function InjectClient<T extends object>(
  contract: Constructor<T> | (() => Constructor<T>),
  name?: string,
): ParameterDecorator {
  if (typeof contract !== "function") {
    throw new ContractError(
      "@InjectClient was given no class: do two files import each other? Write @InjectClient(() => Camera)",
    );
  }
  const inject = injectWithTransform(DeviceClients, RemoteOf, contract, name);
  return (target, member, index) => {
    inject(target, member, index);
  };
}

class RemoteOf {
  transform<T extends object>(
    clients: DeviceClients,
    contract: Constructor<T> | (() => Constructor<T>),
    name?: string,
  ): Remote<T> {
    return clients.client(isClass(contract) ? contract : contract(), name);
  }
}

/** A function of the arrow kind makes no objects. */
function isClass<T>(contract: Constructor<T> | (() => Constructor<T>)): contract is Constructor<T> {
  return contract.prototype !== undefined;
}
