import { type Router } from "zeromq";
import { type Frame } from "../../wire/frame";
import { addressReleased, bindable } from "./bind-socket";
import { type CallSocket, type MessageHandler } from "./call-socket";
import { receiveAll } from "./receive-all";
import { WaitingMessages } from "./waiting-messages";

/** ZeroMQ's own ROUTER: for clients with keys, and within a process. */
export class ZeroMqRouter implements CallSocket {
  private url = "";

  constructor(private readonly socket: Router) {}

  get closed(): boolean {
    return this.socket.closed;
  }

  bind(target: string): Promise<string> {
    this.url = target;
    return bindable(this.socket).bind(target);
  }

  receive(onMessage: MessageHandler): void {
    const waiting = new WaitingMessages(onMessage);
    void receiveAll(this.socket, (frames) => waiting.receive(frames));
  }

  send(message: readonly Frame[]): Promise<void> {
    return this.socket.send([...message]);
  }

  async release(lingerMs: number): Promise<void> {
    const released = addressReleased(this.socket, this.url);
    // What was handed over may still be on its way out of the process.
    this.socket.linger = lingerMs;
    this.socket.close();
    await released;
  }
}
