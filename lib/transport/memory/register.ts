import { AddressError } from "../../errors";
import { registerTransport } from "../transports";
import { memoryClient, memoryServer } from "./memory-transport";

const SCHEME = "memory";

/** Makes `memory://NAME` URLs known. Idempotent. */
export function registerMemoryTransport(): void {
  registerTransport({
    schemes: [SCHEME],
    client: () => memoryClient,
    server: () => memoryServer,
    checkedUrl(url) {
      if (url.length > `${SCHEME}://`.length) return url;
      throw new AddressError(`"${url}" names nothing after ${SCHEME}://`);
    },
  });
}
