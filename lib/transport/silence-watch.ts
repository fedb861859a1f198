import { platform } from "../platform/current";
import { type Timer } from "../platform/platform";

/** Notices a peer that is connected but does not answer: its event loop is blocked, or its process is stopped. */
export class SilenceWatch {
  private since: number | undefined;
  private timer: Timer | undefined;
  private isTooLong = false;

  /**
   * @param limitMs - How long an answer may take, in milliseconds.
   * @param onChange - Called when the silence has lasted so long, and when it is over.
   */
  constructor(
    private readonly limitMs: number,
    private readonly onChange: () => void,
  ) {}

  /** Whether the peer has been silent for too long. */
  get isSilent(): boolean {
    return this.isTooLong;
  }

  /** How long an answer has been owed, in milliseconds. */
  get forMs(): number {
    return this.since === undefined ? 0 : performance.now() - this.since;
  }

  /** A question was sent. */
  asked(): void {
    if (this.since !== undefined) return;
    this.since = performance.now();
    this.timer = setTimeout(() => this.expire(), this.limitMs);
    platform().unref(this.timer);
  }

  /** Something came from the peer. */
  heard(): void {
    if (this.since === undefined) return;
    this.end();
    if (!this.isTooLong) return;
    this.isTooLong = false;
    this.onChange();
  }

  end(): void {
    clearTimeout(this.timer);
    this.since = undefined;
  }

  /** Where this process was held up itself, the answer may lie in the socket. */
  private expire(): void {
    const { since } = this;
    platform().nextTurn(() =>
      platform().nextTurn(() => {
        if (this.since === undefined || this.since !== since) return;
        this.isTooLong = true;
        this.onChange();
      }),
    );
  }
}
