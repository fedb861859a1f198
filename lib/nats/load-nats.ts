import type * as Nats from "@nats-io/transport-node";
import { AddressError } from "../errors";
import { hasCode } from "../system-error";

/**
 * The NATS client, which only programs have that use it.
 *
 * @throws AddressError if it is not installed.
 */
export function loadNats(): typeof Nats {
  try {
    return require("@nats-io/transport-node") as typeof Nats;
  } catch (error) {
    if (!hasCode(error, "MODULE_NOT_FOUND")) throw error;
    throw new AddressError(
      "nats: URLs need the NATS client, which is not installed: npm install @nats-io/transport-node",
      {},
      { cause: error },
    );
  }
}
