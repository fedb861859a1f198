import { type Observable, type Subscription } from "rxjs";
import { messageOf } from "../errors";
import { type Logger } from "../log/logger";
import { type Announcement } from "./rig-module";

/** Makes a device known at a place that is found later, and anew at the next one. */
export class FollowingAnnouncement<T> implements Announcement {
  private readonly following: Subscription;
  /** One announcement ends before the next begins. */
  private turn: Promise<void> = Promise.resolve();
  private current: Announcement | undefined;

  /**
   * @param places$ - The place of the moment; nothing while there is none.
   * @param announce - Makes it known there; what it fails with is logged.
   */
  constructor(
    places$: Observable<T | undefined>,
    private readonly announce: (place: T) => Promise<Announcement>,
    private readonly log: Logger,
  ) {
    this.following = places$.subscribe((place) => {
      this.turn = this.turn
        .then(() => this.move(place))
        .catch((error: unknown) => {
          this.log.warn({ err: error }, `a device is served, but not announced: ${messageOf(error)}`);
        });
    });
  }

  /** Resolves when it is known where it is to be now. */
  settled(): Promise<void> {
    return this.turn;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.following.unsubscribe();
    await this.turn;
    await this.move(undefined);
  }

  private async move(place: T | undefined): Promise<void> {
    const before = this.current;
    this.current = undefined;
    await before?.close();
    if (place !== undefined) this.current = await this.announce(place);
  }
}
