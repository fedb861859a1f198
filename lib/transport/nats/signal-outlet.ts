import { type BrokerConnection } from "../../nats/broker-connection";
import { type Frame } from "../../wire/frame";
import { encodeFrame } from "../stream/frame-writer";
import { KIND } from "../stream/frame-layout";
import { signalMessages } from "./signal-chunks";
import { type DeviceSubjects } from "./subjects";

/** What the broker has not confirmed is at most so much; signals that come then are missed, as their numbers tell. */
const MAX_UNCONFIRMED_BYTES = 16 * 1024 * 1024;

/** How much is sent before the broker is asked whether it has it. */
const CONFIRM_STEP_BYTES = 1024 * 1024;

/** Publishes a device's signals, each once, for all who subscribe to it at the broker. */
export class SignalOutlet {
  private readonly numbers = new Map<string, number>();
  private sentBytes = 0;
  private askedBytes = 0;
  private confirmedBytes = 0;

  constructor(
    private readonly broker: BrokerConnection,
    private readonly subjects: DeviceSubjects,
    private readonly instance: string,
  ) {}

  publish(signal: string, frame: Frame, data: Uint8Array | undefined): void {
    if (!this.broker.isConnected || this.sentBytes - this.confirmedBytes > MAX_UNCONFIRMED_BYTES) return;
    const encoded = encodeFrame(KIND.signal, 0, data === undefined ? [signal, frame] : [signal, frame, data]);
    const number = this.numbers.get(signal) ?? 0;
    const messages = signalMessages(encoded, this.broker.maxPayload, number);
    const subject = this.subjects.signal(this.instance, signal);
    for (const message of messages) this.broker.publish(subject, message);
    this.numbers.set(signal, number + messages.length);
    this.sentBytes += encoded.length;
    if (this.sentBytes - this.askedBytes >= CONFIRM_STEP_BYTES) this.confirm();
  }

  private confirm(): void {
    const sent = (this.askedBytes = this.sentBytes);
    const confirmed = () => (this.confirmedBytes = Math.max(this.confirmedBytes, sent));
    // What was under way is gone with the connection.
    this.broker.flush().then(confirmed, confirmed);
  }
}
