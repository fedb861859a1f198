import { type ClientIdentity } from "../transport/endpoint";
import { type RepresentedCaller } from "../wire/represented-caller";

/** Stands in no id that an endpoint gives out behind which more could follow. */
const BELOW = "/";

/**
 * For whom a client asks. Its id lies below the client's own, so that it is never another client's; what rights go by,
 * key and address, are the client's.
 */
export function representedClient(via: ClientIdentity, told: RepresentedCaller): ClientIdentity {
  const { id, key, address, host } = via;
  return { id: `${id}${BELOW}${told.id}`, key, address, host, via, told };
}
