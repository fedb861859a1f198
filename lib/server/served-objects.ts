import { ContractError } from "../errors";

/** Which objects are served, so that two servers never run one object's methods at the same time. */
const occupants = new WeakMap<object, () => string>();

/**
 * Takes an object for a server.
 *
 * @param className - What errors call the object.
 * @throws ContractError if a server has it, or methods that an earlier one began still run.
 */
export function occupy(target: object, className: string): void {
  const why = occupants.get(target);
  if (why !== undefined) throw new ContractError(why());
  occupants.set(target, () => `this ${className} is already served: close that server first`);
}

/** The object may be served again. */
export function vacate(target: object): void {
  occupants.delete(target);
}

/**
 * The server has closed, but methods of the object still run.
 *
 * @param running - Describes them.
 * @param ended - When they have ended; the object may be served again then.
 */
export function vacateLater(
  target: object,
  className: string,
  running: () => string,
  ended: Promise<unknown>,
): void {
  occupants.set(
    target,
    () =>
      `this ${className} cannot be served again yet: ${running()} still runs, though its server has closed; ` +
      "have it watch CallContext.current().signal, or give it more time (closeGraceMs)",
  );
  void ended.then(() => vacate(target));
}
