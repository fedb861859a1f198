import { platform } from "../../platform/current";

/** So often within the time after which a silent peer is lost it is asked for a word. */
const ROUNDS = 3;

/**
 * Notices that a peer is gone where the network does not tell: whoever is silent is asked, and lost if nothing comes.
 */
export class Heartbeat {
  private readonly timer: ReturnType<typeof setInterval>;
  private silentRounds = 0;

  /**
   * @param lostAfterMs - How long the peer may be silent, in milliseconds.
   * @param ask - Sends something that is answered.
   * @param onSilence - Called at most once.
   */
  constructor(
    lostAfterMs: number,
    private readonly ask: () => void,
    private readonly onSilence: () => void,
  ) {
    this.timer = setInterval(() => this.round(), Math.max(1, Math.ceil(lostAfterMs / ROUNDS)));
    platform().unref(this.timer);
  }

  /** The peer said something. */
  heard(): void {
    this.silentRounds = 0;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private round(): void {
    this.silentRounds += 1;
    if (this.silentRounds < ROUNDS) {
      this.ask();
      return;
    }
    // After a pause of this process its timers run before what lies in the sockets is read.
    platform().nextTurn(() => {
      if (this.silentRounds < ROUNDS) return;
      this.stop();
      this.onSilence();
    });
  }
}
