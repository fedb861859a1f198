import { type Frame } from "../../wire/frame";
import { type Outbox, type Parcel } from "./socket-sender";

/** Messages of one frame that wait for one socket, in order. */
export class FrameOutbox implements Outbox {
  private waiting: Parcel[] = [];

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  add(frame: Frame): void {
    this.waiting.push(new FrameParcel(frame));
  }

  takeAll(): readonly Parcel[] {
    const parcels = this.waiting;
    this.waiting = [];
    return parcels;
  }
}

class FrameParcel implements Parcel {
  constructor(private readonly frame: Frame) {}

  pack(): Frame[] {
    return [this.frame];
  }
}
