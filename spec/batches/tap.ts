import { Dealer, Router } from "zeromq";
import { receiveAll } from "../../lib/transport/zeromq/receive-all";
import { closing } from "../support/closing";

/** A broker between clients and a server that remembers what passes. */
export class Tap {
  /** Messages of the clients, without their envelopes. */
  readonly requests: string[] = [];
  private readonly front = new Router({ linger: 0 });
  private readonly back = new Dealer({ linger: 0 });
  private passing = Promise.resolve();

  private constructor() {
    closing(this);
  }

  static async open(serverUrl: string): Promise<Tap> {
    const tap = new Tap();
    await tap.front.bind("tcp://127.0.0.1:*");
    tap.back.connect(serverUrl);
    void receiveAll(tap.front, (frames) => {
      tap.requests.push(String(frames.at(-1)));
      tap.pass(tap.back, frames);
    });
    void receiveAll(tap.back, (frames) => tap.pass(tap.front, frames));
    return tap;
  }

  get url(): string {
    return this.front.lastEndpoint ?? "";
  }

  close(): void {
    this.front.close();
    this.back.close();
  }

  /** The binding allows one send at a time. */
  private pass(socket: Dealer | Router, frames: readonly Buffer[]): void {
    this.passing = this.passing
      .then(() => (socket.closed ? undefined : socket.send([...frames])))
      .catch(() => undefined);
  }
}
