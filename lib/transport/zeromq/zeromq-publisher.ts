import { type XPublisher } from "zeromq";
import { type Frame } from "../../wire/frame";
import { addressReleased, bindable } from "./bind-socket";
import { LentFrames } from "./lent-frames";
import { type PublisherSocket, type TopicHandler } from "./publisher-socket";
import { receiveAll } from "./receive-all";

const UNSUBSCRIBED = 0;
const SUBSCRIBED = 1;

/** ZeroMQ's own XPUB: for clients with keys, and within a process. Whose a topic is, it does not tell. */
export class ZeroMqPublisher implements PublisherSocket {
  readonly boundsTopics = false;
  private readonly frames = new LentFrames();
  private url = "";

  /**
   * @param onFailure - Told of what could not be published.
   * @param onUnread - Called for each signal that is dropped, since subscribers leave too much unread.
   */
  constructor(
    private readonly socket: XPublisher,
    private readonly onFailure: (error: unknown) => void,
    private readonly onUnread: () => void,
  ) {}

  get closed(): boolean {
    return this.socket.closed;
  }

  bind(target: string): Promise<string> {
    this.url = target;
    return bindable(this.socket).bind(target);
  }

  receive(onTopic: TopicHandler): void {
    void receiveAll(this.socket, ([change]) => {
      const flag = change?.[0];
      if (change !== undefined && (flag === SUBSCRIBED || flag === UNSUBSCRIBED))
        onTopic(change.subarray(1), flag === SUBSCRIBED);
    });
  }

  /**
   * Originals know no keys: everybody who is here takes second frames. Whom ZeroMQ itself leaves out it does not tell;
   * what is not given to it, everybody misses, and it counts once.
   */
  publish(frame: Frame, data?: Uint8Array): number {
    const lent = this.frames.lend(data === undefined ? [frame] : [frame, data]);
    if (lent === undefined) {
      this.onUnread();
      return 1;
    }
    // A publisher never waits: with a send timeout of 0 the binding is done when it returns, and takes the next at once.
    this.socket.send(lent).catch((error: unknown) => this.onFailure(error));
    return 0;
  }

  async release(lingerMs: number): Promise<void> {
    this.frames.close();
    const released = addressReleased(this.socket, this.url);
    this.socket.linger = lingerMs;
    this.socket.close();
    await released;
  }
}
