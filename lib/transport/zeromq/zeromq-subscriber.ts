import { Subscriber } from "zeromq";
import { type Plain } from "../../security/credentials";
import { type ResolvedClientSecurity } from "../../security/security-options";
import { type ConnectionOptions } from "../connection";
import { COMES_BACK, connectSocket } from "./connect-socket";
import { curveClientOptions } from "./curve-client-options";
import { makeSocket } from "./make-socket";
import { receiveAll } from "./receive-all";
import { type SignalReceiver, type SignalSocket } from "./signal-socket";
import { DEFAULT_SIGNAL_HIGH_WATER_MARK, signalSocketOptions } from "./socket-options";

/** ZeroMQ's own SUB socket: towards servers with keys, and within a process. */
export class ZeroMqSubscriber implements SignalSocket {
  private readonly socket: Subscriber;

  constructor(
    private readonly url: string,
    options: ConnectionOptions,
    private readonly security: ResolvedClientSecurity | Plain,
    private readonly receiver: SignalReceiver,
  ) {
    const socketOptions = {
      ...signalSocketOptions(url, options),
      ...curveClientOptions(url, security),
      ...COMES_BACK,
      receiveHighWaterMark: options.signalHighWaterMark ?? DEFAULT_SIGNAL_HIGH_WATER_MARK,
    };
    this.socket = makeSocket(() => new Subscriber(socketOptions));
  }

  async open(): Promise<void> {
    await connectSocket(this.socket, this.url, this.security, {
      onLost: (reason) => {
        if (!this.socket.closed) this.receiver.onLost(reason);
      },
      // ZeroMQ gives such a connection up for good.
      onRefused: () => {
        if (!this.socket.closed) this.receiver.onRefused();
      },
      onBack: () => this.receiver.onBack(),
    });
    // Not before: a socket that waited for messages while it was unconnected hears of none over inproc.
    void receiveAll(this.socket, ([frame, data]) => {
      if (frame !== undefined) this.receiver.onFrame(frame, data);
    });
  }

  subscribe(topic: string): void {
    if (!this.socket.closed) this.socket.subscribe(topic);
  }

  unsubscribe(topic: string): void {
    if (!this.socket.closed) this.socket.unsubscribe(topic);
  }

  close(): void {
    this.socket.close();
  }
}
