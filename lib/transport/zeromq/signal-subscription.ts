import { Observable, type Subscriber as Observer } from "rxjs";
import { Subscriber } from "zeromq";
import { type ChannelOptions } from "../rpc-channel";
import { curveClientOptions } from "./curve-client-options";
import { connectSocket } from "./connect-socket";
import { makeSocket } from "./make-socket";
import { receiveAll } from "./receive-all";
import { DEFAULT_SIGNAL_HIGH_WATER_MARK, peerSocketOptions } from "./socket-options";

interface Topic {
  readonly prefix: Buffer;
  readonly observers: Set<Observer<Buffer>>;
}

/** One SUB socket: the frames that one server publishes, by topic. */
export class SignalSubscription {
  private readonly socket: Subscriber;
  private readonly topics = new Map<string, Topic>();

  /**
   * @param onBack - Called each time the connection was lost and is there again: it missed what was sent meanwhile.
   */
  constructor(
    private readonly url: string,
    private readonly options: ChannelOptions,
    private readonly onBack: () => void,
  ) {
    const socketOptions = {
      ...peerSocketOptions(url, options),
      ...curveClientOptions(url, options.security),
      receiveHighWaterMark: options.signalHighWaterMark ?? DEFAULT_SIGNAL_HIGH_WATER_MARK,
    };
    this.socket = makeSocket(() => new Subscriber(socketOptions));
  }

  /**
   * @throws Error if the publisher cannot be reached.
   */
  async connect(): Promise<void> {
    await connectSocket(this.socket, this.url, this.options.security, { onBack: () => this.onBack() });
    // Not before: a socket that waited for messages while it was unconnected hears of none over inproc.
    void receiveAll(this.socket, (frames) => this.receive(frames));
  }

  frames(topic: string): Observable<Buffer> {
    return new Observable((observer) => {
      this.add(topic, observer);
      return () => this.remove(topic, observer);
    });
  }

  close(): void {
    this.socket.close();
    for (const { observers } of this.topics.values()) for (const observer of observers) observer.complete();
    this.topics.clear();
  }

  private add(topic: string, observer: Observer<Buffer>): void {
    const known = this.topics.get(topic);
    if (known !== undefined) {
      known.observers.add(observer);
      return;
    }
    this.topics.set(topic, { prefix: Buffer.from(topic), observers: new Set([observer]) });
    if (!this.socket.closed) this.socket.subscribe(topic);
  }

  private remove(topic: string, observer: Observer<Buffer>): void {
    const known = this.topics.get(topic);
    if (known === undefined || !known.observers.delete(observer) || known.observers.size > 0) return;
    this.topics.delete(topic);
    if (!this.socket.closed) this.socket.unsubscribe(topic);
  }

  private receive([frame]: readonly Buffer[]): void {
    if (frame === undefined) return;
    // The publisher has filtered already: with one topic there is nothing to tell apart.
    const isOnly = this.topics.size === 1;
    for (const { prefix, observers } of this.topics.values()) {
      if (isOnly || startsWith(frame, prefix)) for (const observer of observers) observer.next(frame);
    }
  }
}

function startsWith(frame: Buffer, prefix: Buffer): boolean {
  return frame.length >= prefix.length && prefix.compare(frame, 0, prefix.length) === 0;
}
