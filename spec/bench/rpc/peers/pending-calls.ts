/** Calls of a hand-written client that wait for their replies. */
export class PendingCalls<Result> {
  private readonly resolvers = new Map<number, (result: Result) => void>();
  private nextId = 1;

  /** @param send - Sends the call under its number. */
  start(send: (id: number) => void): Promise<Result> {
    return new Promise((resolve) => {
      const id = this.nextId++;
      this.resolvers.set(id, resolve);
      send(id);
    });
  }

  finish(id: number, result: Result): void {
    this.resolvers.get(id)?.(result);
    this.resolvers.delete(id);
  }
}
