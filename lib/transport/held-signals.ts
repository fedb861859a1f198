import { type SignalFrames } from "./connection";

/** What may be held, in frames and in bytes; what comes beyond is missed, and told by its number. */
const MAX_FRAMES = 10_000;
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Signals that came on a road that was lost and is back, until the peer has answered: it may be another run by now,
 * which counts its signals from the beginning. Where the peer turns out to be gone they go with its connection, and are
 * told to be missed.
 */
export class HeldSignals {
  private frames: (readonly [signal: string | undefined, frames: SignalFrames])[] = [];
  private bytes = 0;
  private holds = false;

  get isHolding(): boolean {
    return this.holds;
  }

  begin(): void {
    this.holds = true;
  }

  /** @returns Whether it is held now, or gone: not to be handed out. */
  take(signal: string | undefined, frames: SignalFrames): boolean {
    if (!this.holds) return false;
    const bytes = frames.frame.length + (frames.data?.length ?? 0);
    if (this.frames.length < MAX_FRAMES && this.bytes + bytes <= MAX_BYTES) {
      this.frames.push([signal, frames]);
      this.bytes += bytes;
    }
    return true;
  }

  /** Hands out all of them, in order. */
  release(handOut: (signal: string | undefined, frames: SignalFrames) => void): void {
    const { frames } = this;
    this.holds = false;
    this.frames = [];
    this.bytes = 0;
    for (const [signal, frame] of frames) handOut(signal, frame);
  }
}
