import { platform } from "../../platform/current";
import { type Frame } from "../../wire/frame";
import { onlyReads } from "../../wire/requests";
import { type Connection, type ConnectionReceiver, type SignalRoad } from "../connection";
import { type StreamConnection } from "../stream/stream-connection";
import { type DeviceLine } from "./device-line";
import { SignalAssembler } from "./signal-chunks";

/** Requests begin with what they are; what does not is treated as a command. */
const EVENT = /^\{"event":"([A-Z_]+)"/;
const EVENT_BYTES = 64;

/**
 * A client's connection to a device over a broker: a line for what is said to it alone, and a subscription for each
 * signal that it reads, so that the broker carries no other.
 */
export class NatsConnection implements Connection {
  readonly signals: SignalRoad = {
    open: () => Promise.resolve(),
    subscribe: (signal) => this.subscribe(signal),
    unsubscribe: (signal) => this.unsubscribe(signal),
    // A line's messages and signals come in the order in which they were sent.
    mark: () => undefined,
  };
  private readonly subscribed = new Map<string, () => void>();

  constructor(
    private readonly stream: StreamConnection,
    private readonly line: DeviceLine,
    private readonly receiver: ConnectionReceiver,
    private readonly maxMessageBytes: number,
  ) {
    line.onEnd(() => {
      for (const end of this.subscribed.values()) end();
      this.subscribed.clear();
    });
  }

  get url(): string {
    return this.stream.url;
  }

  get isClosed(): boolean {
    return this.stream.isClosed;
  }

  send(id: number | undefined, frames: readonly Frame[]): Promise<void> | undefined {
    this.goBy(isReading(frames[0]) ? "read" : "command");
    return this.stream.send(id, frames);
  }

  introduce(): void {
    // Its instance is known since it answered.
  }

  end(): void {
    this.stream.end();
  }

  /** What was written before leaves by the way that it was written for. */
  private goBy(way: DeviceLine["way"]): void {
    if (this.line.way === way) return;
    this.stream.flush();
    this.line.way = way;
  }

  private subscribe(signal: string): void {
    if (this.subscribed.has(signal)) return;
    const assembler = new SignalAssembler(this.maxMessageBytes, ([name, text = EMPTY, data]) => {
      if (this.isClosed || name === undefined || platform().textOf(name) !== signal) return;
      const further = data === undefined ? undefined : platform().bytesOf(new Uint8Array(data));
      this.receiver.onSignal(signal, platform().bytesOf(text), further);
    });
    this.subscribed.set(
      signal,
      this.line.subscribe(signal, (data) => assembler.receive(data)),
    );
    // Behind it on the same connection: the device's first signal after this finds the subscription.
    this.stream.signals.subscribe(signal);
  }

  private unsubscribe(signal: string): void {
    this.subscribed.get(signal)?.();
    this.subscribed.delete(signal);
    this.stream.signals.unsubscribe(signal);
  }
}

const decoder = new TextDecoder();
const EMPTY = new Uint8Array(0);

function isReading(body: Frame | undefined): boolean {
  if (body === undefined) return false;
  const begin = typeof body === "string" ? body : decoder.decode(body.subarray(0, EVENT_BYTES));
  const event = EVENT.exec(begin)?.[1];
  return event !== undefined && onlyReads({ event });
}
