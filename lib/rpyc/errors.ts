import { RigwireError } from "../errors";

/** An RPyC registry could not be reached, or did not answer in time. A registration may still have arrived. */
export class RpycRegistryUnreachableError extends RigwireError {}

/** An RPyC registry is not allowed to tell which services it knows. */
export class RpycListingDisabledError extends RigwireError {}

/** An RPyC registry cannot listen at its address: the port is taken, the address not this machine's. */
export class RpycRegistryListenError extends RigwireError {}
