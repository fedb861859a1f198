import { platform } from "../platform/current";

/**
 * The changes of a property that is read asynchronously, told in the order of its assignments. What it was before cannot
 * be known, since a read that began before an assignment may see the value after it: a value is told unless it was the
 * last that was told.
 */
export class AwaitedChanges {
  private turn: Promise<void> = Promise.resolve();
  private told: unknown = NOTHING;

  /**
   * @param onChange - Gets a value that differs from the last one.
   * @param onFailure - Gets the error of a read that failed: then nothing can be told.
   * @param copyOf - A value as it is now, which the device may go on to change.
   */
  constructor(
    private readonly onChange: (value: unknown) => void,
    private readonly onFailure: (error: unknown) => void,
    private readonly copyOf: (value: unknown) => unknown,
  ) {}

  /** @param reading - The read that began after an assignment. */
  assigned(reading: PromiseLike<unknown>): void {
    const read = Promise.resolve(reading).then(
      (value) => () => this.tell(value),
      (error: unknown) => () => this.onFailure(error),
    );
    this.turn = Promise.all([this.turn, read]).then(([, carryOut]) => carryOut());
  }

  private tell(value: unknown): void {
    const copy = this.copyOf(value);
    if (platform().deepEqual(copy, this.told)) return;
    this.told = copy;
    this.onChange(value);
  }
}

const NOTHING = Symbol("nothing");
