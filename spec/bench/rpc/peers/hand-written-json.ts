import { type PeerClient, READING, type Reading } from "./peer";
import { PendingCalls } from "./pending-calls";

type Request =
  | { readonly id: number; readonly method: "echo"; readonly reading: Reading }
  | { readonly id: number; readonly method: "subscribe" }
  | { readonly id: number; readonly method: "emit"; readonly count: number };

type Answer = { readonly id: number; readonly result?: unknown } | { readonly event: Reading };

/** Sends a text to the other end, as one message. */
export type Send = (text: string) => void;

/** A device with a protocol of its own, as one writes it in an afternoon: a JSON object is a message. */
export class HandWrittenDevice {
  private readonly subscribers = new Set<Send>();

  /** @param send - The same function for as long as the client is connected. */
  receive(text: string, send: Send): void {
    const request = JSON.parse(text) as Request;
    const { id } = request;
    let result: unknown = null;
    if (request.method === "echo") result = request.reading;
    else if (request.method === "subscribe") this.subscribers.add(send);
    else this.emit(request.count);
    send(JSON.stringify({ id, result }));
  }

  departed(send: Send): void {
    this.subscribers.delete(send);
  }

  private emit(count: number): void {
    for (let index = 0; index < count; index++) {
      const text = JSON.stringify({ event: READING });
      for (const send of this.subscribers) send(text);
    }
  }
}

/** The other end of a {@link HandWrittenDevice}. */
export class HandWrittenClient implements PeerClient {
  private readonly calls = new PendingCalls<unknown>();
  private tell: () => void = () => undefined;

  constructor(
    private readonly send: Send,
    private readonly end: () => void,
  ) {}

  receive(text: string): void {
    const answer = JSON.parse(text) as Answer;
    if ("id" in answer) this.calls.finish(answer.id, answer.result);
    else this.tell();
  }

  echo(reading: Reading): Promise<unknown> {
    return this.call("echo", { reading });
  }

  async subscribe(onEvent: () => void): Promise<void> {
    this.tell = onEvent;
    await this.call("subscribe", {});
  }

  emit(count: number): Promise<unknown> {
    return this.call("emit", { count });
  }

  async close(): Promise<void> {
    this.end();
    return Promise.resolve();
  }

  private call(method: Request["method"], argument: object): Promise<unknown> {
    return this.calls.start((id) => this.send(JSON.stringify({ id, method, ...argument })));
  }
}
