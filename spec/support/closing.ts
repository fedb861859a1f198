interface Closable {
  close(): Promise<void> | void;
}

const open: Closable[] = [];

/** Closes what a test opened when the test ends, the last first, whatever became of the test. */
export function closing<T extends Closable>(closable: T): T {
  open.push(closable);
  return closable;
}

afterEach(async () => {
  for (let closable = open.pop(); closable !== undefined; closable = open.pop()) await closable.close();
});
