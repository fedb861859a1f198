import { type MethodContract, type ServiceContract } from "../contract/service-contract";

/**
 * The contract of a method that is called by its name on the network or in the contract. One that no contract describes
 * is known by its name alone: how long it is waited for is what the device says of it.
 */
export function methodCalled(name: string, contract: ServiceContract | undefined): MethodContract {
  const known = contract?.methods.get(name) ?? contract?.members.get(name);
  return known?.kind === "method" ? known : undescribed(name);
}

function undescribed(name: string): MethodContract {
  return {
    kind: "method",
    member: name,
    wireName: name,
    description: undefined,
    result: "json",
    timeoutMs: null,
    idleMs: undefined,
    progress: undefined,
    concurrent: false,
    interrupts: false,
    onCallerLost: "abort",
    parameters: undefined,
  };
}
