import { platform } from "../../platform/current";
import { TURN_BYTES } from "../text-turns";
import { type ServerCarrier } from "./carrier";

/**
 * When a client is read: not while its messages wait, and only so much in one turn of the event loop. While a socket is
 * full its reads follow each other, and everybody else would wait for as long as one client writes.
 */
export class ReadingPace {
  private turnBytes = 0;
  private isHeld = false;
  /** Everybody else has a turn. */
  isResting = false;
  private isPaused = false;
  private isOver = false;

  /** @param onTurn - Called when this client has its turn again: what was read before is to be handed over. */
  constructor(
    private readonly carrier: Pick<ServerCarrier, "pause" | "resume">,
    private readonly onTurn: () => void,
  ) {}

  /** A request of so many bytes came. @returns Whether that was enough for one turn. */
  count(bytes: number): boolean {
    this.turnBytes += bytes;
    if (this.turnBytes < TURN_BYTES || this.isOver) return false;
    this.turnBytes = 0;
    this.rest();
    return true;
  }

  /** Messages wait: reads nothing until {@link release}. */
  hold(): void {
    this.isHeld = true;
    this.pause();
  }

  release(): void {
    this.isHeld = false;
    this.resume();
  }

  /** The client is gone. */
  stop(): void {
    this.isOver = true;
  }

  private rest(): void {
    if (this.isResting) return;
    this.isResting = true;
    this.pause();
    platform().nextTurn(() => {
      this.isResting = false;
      this.onTurn();
      this.resume();
    });
  }

  private pause(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    this.carrier.pause();
  }

  private resume(): void {
    if (!this.isPaused || this.isResting || this.isHeld || this.isOver) return;
    this.isPaused = false;
    this.carrier.resume();
  }
}
