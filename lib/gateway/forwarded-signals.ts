import { type Subscription } from "rxjs";
import { type SignalSequences } from "../client/signal-sequences";
import { messageOf } from "../errors";
import { BurstLog } from "../log/burst-log";
import { type Logger } from "../log/logger";
import { type SignalFrames } from "../transport/connection";
import { type SubscriptionChange } from "../transport/endpoint";
import { type RpcChannel } from "../transport/rpc-channel";
import { decodeSignal, isSignalEnd, type SignalEnd, type SignalMessage } from "../wire/signals";

/** Takes the frames of a signal to all who subscribed to it. */
export type Publish = (signal: string, frame: Uint8Array, data?: Uint8Array) => void;

/** The signals of one device: each is subscribed there once, while any client of the gateway wants it. */
export class ForwardedSignals {
  private readonly wanted = new Set<string>();
  private readonly subscriptions = new Map<string, Subscription>();
  private channel: RpcChannel<unknown> | undefined;
  /** What was read last: a frame that is no signal's own comes once for each that is subscribed. */
  private last: { readonly frames: SignalFrames; readonly message: SignalMessage | SignalEnd } | undefined;
  private readonly log: BurstLog;

  constructor(
    private readonly sequences: SignalSequences,
    private readonly publish: Publish,
    log: Logger,
  ) {
    this.log = new BurstLog(log);
  }

  /** From here on they come over this channel. */
  comeFrom(channel: RpcChannel<unknown>): void {
    this.channel = channel;
    for (const signal of this.wanted) this.subscribe(signal);
  }

  /** Somebody more wants a signal, or nobody does any more. */
  changed({ signal, subscribed }: SubscriptionChange): void {
    if (signal === undefined) return;
    if (subscribed) {
      this.wanted.add(signal);
      this.subscribe(signal);
    } else {
      this.wanted.delete(signal);
      this.leave(signal);
    }
  }

  /** Nobody wants any signal any more. */
  unwantAll(): void {
    this.wanted.clear();
    this.close();
  }

  /** How many of each there have been, of those that have come by or never will. */
  counts(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const signal of this.subscriptions.keys()) {
      const last = this.sequences.lastOf(signal);
      if (last !== undefined) counts[signal] = last;
    }
    return counts;
  }

  close(): void {
    for (const signal of [...this.subscriptions.keys()]) this.leave(signal);
  }

  private subscribe(signal: string): void {
    if (this.channel === undefined || this.subscriptions.has(signal)) return;
    const frames$ = this.channel.subscribe(signal);
    this.subscriptions.set(
      signal,
      frames$.subscribe((frames) => this.take(signal, frames)),
    );
  }

  private leave(signal: string): void {
    this.subscriptions.get(signal)?.unsubscribe();
    if (this.subscriptions.delete(signal)) this.sequences.unsubscribed(signal);
  }

  private take(signal: string, frames: SignalFrames): void {
    const message = this.read(frames);
    if (message?.signal !== signal) return;
    const { frame, data } = frames;
    if (isSignalEnd(message)) {
      if (message.seq !== undefined) this.sequences.ended(signal, message.seq);
      // Whoever subscribes from now on has its source subscribed again.
      this.leave(signal);
    } else if (message.seq !== undefined) {
      this.sequences.received(signal, message.seq);
    }
    this.publish(signal, frame, data);
  }

  private read(frames: SignalFrames): SignalMessage | SignalEnd | undefined {
    if (this.last?.frames === frames) return this.last.message;
    try {
      const message = decodeSignal(frames.frame);
      this.last = { frames, message };
      return message;
    } catch (error) {
      this.log.warn({ err: error }, `a signal could not be read: ${messageOf(error)}`, "unreadable");
      return undefined;
    }
  }
}
