import { contractOf } from "../contract/contract-of";
import { type Constructor } from "../contract/value-type";
import { ContractError } from "../errors";
import { Device } from "./device";
import { type OpenEndpoints, RpcServer } from "./rpc-server";
import { type ServeOptions } from "./serve-options";
import { occupy, vacate } from "./served-objects";

/**
 * Serves an object of a decorated class.
 *
 * @throws ContractError if the class is not decorated, or wrongly, or the object is served already, or a method that an
 *   earlier server began still runs, or another server keeps settings under the same name.
 * @throws AddressError if the URL cannot be bound.
 */
export function serve(device: object, options: ServeOptions = {}): Promise<RpcServer> {
  return serveOver(device, options);
}

/**
 * Serves an object as {@link serve} does, over what somebody else has opened.
 *
 * @param open - Opens it. Left out: the URLs of the options say where.
 */
export async function serveOver(
  device: object,
  options: ServeOptions,
  open?: OpenEndpoints,
): Promise<RpcServer> {
  const contract = contractOf(classOf(device));
  occupy(device, contract.name);
  try {
    return await RpcServer.start(new Device(device), contract, options, open);
  } catch (error) {
    vacate(device);
    throw error;
  }
}

function classOf(device: object): Constructor<object> {
  const { constructor } = device as { constructor?: unknown };
  if (typeof constructor === "function") return constructor as Constructor<object>;
  throw new ContractError("the object has no class: serve an instance of a class with @RpcService()");
}
