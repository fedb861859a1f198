import type * as Nats from "@nats-io/transport-node";
import { AddressError } from "../errors";
import { hasCode } from "../system-error";

const PACKAGE = "@nats-io/transport-node";

/**
 * The NATS client, which only programs have that use it.
 *
 * @throws AddressError if it is not installed.
 */
export function loadNats(): typeof Nats {
  try {
    return require(PACKAGE) as typeof Nats;
  } catch (error) {
    if (!hasCode(error, "MODULE_NOT_FOUND")) throw error;
    throw new AddressError(
      `nats: URLs need the NATS client, which is not installed: npm install ${PACKAGE}`,
      {},
      { cause: error },
    );
  }
}
