/** What can be bound to an address. */
export interface Bindable {
  /**
   * Binds it; the file of an `ipc:` address is there when this returns, before the promise settles.
   *
   * @param target - With a numeric host, and `*` for a port that is to be found.
   * @returns The address with the port that was taken.
   * @throws Error with the `code` of the system, as a rejection.
   */
  bind(target: string): Promise<string>;
}
