import { type Frame } from "../../wire/frame";
import { type Outbox, type Parcel } from "./socket-sender";

/** Messages of one frame that wait for one socket, in order. */
export class FrameOutbox implements Outbox {
  private waiting: Frame[] = [];

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  add(frame: Frame): void {
    this.waiting.push(frame);
  }

  takeAll(): readonly Parcel[] {
    const frames = this.waiting;
    this.waiting = [];
    return frames.map((frame) => ({ pack: () => [frame] }));
  }
}
