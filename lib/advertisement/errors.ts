import { RigwireError } from "../errors";

/** A service could not be advertised: the folder cannot be made or written, or someone else could write in it. */
export class AdvertisementError extends RigwireError {}
