import { ValidationError, RpycListingDisabledError } from "../../errors";
import {
  encodeRequest,
  MAX_REQUEST_BYTES,
  RPYC_REGISTRY_PORT,
  type RegistryRequest,
} from "../registry-message";
import { isServicePort, type ServiceAddress } from "../service-address";

/** How long the originals wait for a reply (RPyC registry). */
export const DEFAULT_REPLY_TIMEOUT_MS = 2_000;

/** How long one request to an RPyC registry may take. */
export interface RegistryCallOptions {
  /** Ends the wait for a reply with `CallAbortedError`. */
  readonly signal?: AbortSignal;
}

/**
 * Asks an RPyC registry (utils.registry). Each call opens a socket and closes it: there is nothing to close.
 *
 * Every call fails with `RpycRegistryUnreachableError` if the registry does not answer in time, which is what
 * it also does with a request that it refuses; and with `ValidationError` if a name or port cannot be sent.
 */
export interface RpycRegistryClient {
  /** The registry's address: `udp://255.255.255.255:18811`. */
  readonly url: string;

  /** Where the services of a name are, oldest keep-alive first; none if the name is unknown. In any case. */
  discover(name: string, options?: RegistryCallOptions): Promise<readonly ServiceAddress[]>;

  /**
   * The names of all services, in upper case.
   *
   * @param host - Only of the services at this address.
   * @throws RpycListingDisabledError where the registry does not allow it, which is the originals' default.
   */
  list(host?: string, options?: RegistryCallOptions): Promise<readonly string[]>;

  /**
   * Registers a service of this machine under each of the names, or renews it. The registry forgets it after
   * four minutes: `RpycRegistration` renews it in time.
   */
  register(names: readonly string[], port: number, options?: RegistryCallOptions): Promise<void>;

  /** Unregisters this machine's service at the port, under all its names. */
  unregister(port: number, options?: RegistryCallOptions): Promise<void>;
}

/**
 * The port that a registry is asked at.
 *
 * @throws ValidationError if it is none.
 */
export function registryPort(port = RPYC_REGISTRY_PORT): number {
  if (isServicePort(port)) return port;
  throw new ValidationError(`RPyC registry: its port is 1 to 65535, not ${String(port)}`);
}

/**
 * A request's bytes, checked before they leave.
 *
 * @throws ValidationError if a registry would not read it: no names, a port out of range, or more than the
 *   1,500 bytes of a request.
 */
export function checkedRequest(request: RegistryRequest): Buffer {
  if ("port" in request && !isServicePort(request.port)) {
    throw new ValidationError(`RPyC registry: a service's port is 1 to 65535, not ${String(request.port)}`);
  }
  if (request.command === "REGISTER" && request.names.length === 0) {
    throw new ValidationError("RPyC registry: a service needs at least one name");
  }
  const bytes = encodeRequest(request);
  if (bytes.length > MAX_REQUEST_BYTES) {
    throw new ValidationError(
      `RPyC registry: a ${request.command} of ${bytes.length} bytes is longer than the ${MAX_REQUEST_BYTES} ` +
        "that a registry reads; use fewer or shorter names",
    );
  }
  return bytes;
}

/** The names of a reply, or the error that says what to do where there are none to be had. */
export function allowedNames(names: readonly string[] | null, url: string): readonly string[] {
  if (names !== null) return names;
  throw new RpycListingDisabledError(
    `the RPyC registry at ${url} does not allow listing: start it with listing allowed ` +
      "(`rpyc_registry --listing true`, or rigwire's `allowListing`), or discover by name",
  );
}
