import { type Backoff } from "../time/backoff";
import { pause } from "../time/pause";

/** How a device is brought into one kind of registry. */
export interface RegistrationWork {
  /**
   * Registers the device, or renews what is registered.
   *
   * @param ending - Aborts when no further round is wanted.
   * @returns How long the registry need not be asked again, in milliseconds.
   */
  renew(ending: AbortSignal): Promise<number>;
  /**
   * Gets what a round failed with.
   *
   * @returns How long to wait until the next, in milliseconds; nothing to leave that to the backoff.
   */
  failed(error: unknown): number | undefined;
}

/** How a {@link RegistrationLoop} waits. */
export interface RegistrationLoopOptions {
  /** The waits after rounds that fail; begins anew after each that succeeds. */
  readonly backoff: Backoff;
  /** Whether the waits keep the process alive. Default true. */
  readonly ref?: boolean;
}

/** Keeps a device registered, round after round, whatever becomes of the registry. */
export class RegistrationLoop {
  private readonly ending = new AbortController();
  private waking: AbortController | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly work: RegistrationWork,
    private readonly options: RegistrationLoopOptions,
  ) {}

  get isEnding(): boolean {
    return this.ending.signal.aborted;
  }

  /** Begins the first round at once. */
  start(): void {
    this.running = this.run();
  }

  /** Ends the wait for the next round; without effect during a round. */
  wake(): void {
    this.waking?.abort();
  }

  /** Begins no further round. Idempotent. Resolves when the one under way is over. */
  end(): Promise<void> {
    this.ending.abort();
    return this.running;
  }

  private async run(): Promise<void> {
    while (!this.isEnding) {
      const waitMs = await this.round();
      await this.wait(waitMs);
    }
  }

  /** @returns How long to wait until the next, in milliseconds. */
  private async round(): Promise<number> {
    const { backoff } = this.options;
    try {
      const waitMs = await this.work.renew(this.ending.signal);
      backoff.reset();
      return waitMs;
    } catch (error) {
      return this.isEnding ? 0 : (this.work.failed(error) ?? backoff.next());
    }
  }

  private async wait(ms: number): Promise<void> {
    const waking = new AbortController();
    this.waking = waking;
    const signal = AbortSignal.any([waking.signal, this.ending.signal]);
    await pause(ms, { signal, ref: this.options.ref ?? true });
    this.waking = undefined;
  }
}
