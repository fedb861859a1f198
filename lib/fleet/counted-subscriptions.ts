import { type BrokerConnection, type BrokerMessage } from "../nats/broker-connection";

/** Subscriptions that several devices need: each subject is subscribed once, while any does. */
export class CountedSubscriptions {
  private readonly bySubject = new Map<string, { users: number; readonly end: () => void }>();

  constructor(private readonly broker: BrokerConnection) {}

  /**
   * @param onMessage - Of the first who needs the subject; that of all others must do the same.
   * @returns Ends the need. Idempotent.
   */
  need(subject: string, onMessage: (message: BrokerMessage) => void): () => void {
    const known = this.bySubject.get(subject) ?? {
      users: 0,
      end: this.broker.subscribe(subject, onMessage),
    };
    this.bySubject.set(subject, known);
    known.users += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      known.users -= 1;
      if (known.users > 0) return;
      this.bySubject.delete(subject);
      known.end();
    };
  }

  /** Ends all of them. */
  close(): void {
    for (const { end } of this.bySubject.values()) end();
    this.bySubject.clear();
  }
}
