import { type RequestMessage, RequestQueue } from "../../lib/transport/request-queue";
import { type Outbox, Sender } from "../../lib/transport/sender";
import { eventually } from "../support/eventually";

/** Messages of one frame, in order. */
class FrameOutbox implements Outbox<string, RequestMessage> {
  private waiting: string[] = [];

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  add(frame: string): void {
    this.waiting.push(frame);
  }

  takeAll(): readonly string[] {
    return this.waiting.splice(0);
  }

  pack(frame: string): RequestMessage {
    return { id: undefined, frames: [frame] };
  }
}

/** A socket that takes one message at a time, as the binding's do, and as slowly as the test likes. */
class OneAtATime {
  readonly sent: string[] = [];
  isClosed = false;
  private finish: (() => void) | undefined;

  get isBusy(): boolean {
    return this.finish !== undefined;
  }

  async send({ id, frames }: RequestMessage): Promise<void> {
    if (this.isBusy) throw new Error("EBUSY");
    const text = id === undefined ? frames.join("|") : `${id}|${frames.join("|")}`;
    if (text === "bad") throw new Error("not taken");
    await new Promise<void>((resolve) => (this.finish = resolve));
    this.finish = undefined;
    this.sent.push(text);
  }

  /** Lets messages through until so many were sent. */
  async takes(count: number): Promise<void> {
    await eventually(`${count} messages are sent`, () => {
      if (this.sent.length < count) this.finish?.();
      return this.sent.length >= count && !this.isBusy;
    });
  }
}

describe("a sender", () => {
  let socket: OneAtATime;
  let errors: string[];

  beforeEach(() => {
    socket = new OneAtATime();
    errors = [];
  });

  function senderOf<Parcel>(outbox: Outbox<Parcel, RequestMessage>): Sender<Parcel, RequestMessage> {
    return new Sender(socket, outbox, (error) => errors.push(String(error)));
  }

  function sending(...frames: string[]): Sender<string, RequestMessage> {
    const outbox = new FrameOutbox();
    const sender = senderOf(outbox);
    for (const frame of frames) {
      outbox.add(frame);
      sender.wake();
    }
    return sender;
  }

  function threeRequestsIn(outbox: RequestQueue) {
    const requests = [1, 2, 3].map((id) => ({
      id,
      body: `{"event":"${id}"}`,
      isDropped: false,
      isSent: false,
    }));
    for (const request of requests) outbox.add(request);
    return requests;
  }

  it("sends one message after the other, in order", async () => {
    sending("a", "b", "c");
    await socket.takes(3);

    expect(socket.sent).toEqual(["a", "b", "c"]);
    expect(errors).toEqual([]);
  });

  it("tells what the socket does not take, and goes on", async () => {
    sending("bad", "a");
    await socket.takes(1);

    expect(errors).toEqual(["Error: not taken"]);
    expect(socket.sent).toEqual(["a"]);
  });

  it("is flushed when all was handed over", async () => {
    const flushed = sending("a", "b").flushed();
    await socket.takes(2);
    await flushed;

    expect(socket.sent).toEqual(["a", "b"]);
  });

  it("is flushed at once where nothing waits or the socket is closed", async () => {
    await sending().flushed();
    socket.isClosed = true;
    await sending("a").flushed();

    expect(socket.sent).toEqual([]);
  });

  it("goes on after it was woken for nothing", async () => {
    const outbox = new FrameOutbox();
    const sender = senderOf(outbox);
    sender.wake();
    outbox.add("a");
    sender.wake();
    await socket.takes(1);

    expect(socket.sent).toEqual(["a"]);
  });

  it("never sends a request that was given up while it waited, and tells which were sent", async () => {
    const outbox = new RequestQueue();
    const sender = senderOf(outbox);
    const requests = threeRequestsIn(outbox);
    requests[1]!.isDropped = true;
    sender.wake();
    await socket.takes(2);

    expect(socket.sent).toEqual(['1|{"event":"1"}', '3|{"event":"3"}']);
    expect(requests.map(({ isSent }) => isSent)).toEqual([true, false, true]);
  });

  it("leaves a request that was given up out of a batch", async () => {
    const outbox = new RequestQueue();
    outbox.takesBatches = true;
    const sender = senderOf(outbox);
    const requests = threeRequestsIn(outbox);
    requests[1]!.isDropped = true;
    sender.wake();
    await socket.takes(1);

    expect(socket.sent).toEqual(['[{"event":"1","id":1},{"event":"3","id":3}]']);
  });
});
