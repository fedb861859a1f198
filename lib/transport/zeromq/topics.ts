import { Subject, type Observable } from "rxjs";
import { deferred, type Deferred } from "../../time/deferred";
import { withDeadline } from "../../time/with-deadline";
import { confirmationTopic, signalOfTopic, SIGNAL_BEGINNING } from "../../wire/signals";
import { type SubscriptionChange } from "../endpoint";

/** Longer is no topic of a client of ours: its name would be. */
const MAX_TOPIC_BYTES = 4_096;

/**
 * What an XPUB socket reports of subscriptions, as signals: a topic is the beginning of the frames that somebody wants.
 * Topics that no frame of a signal can begin with cost nothing.
 */
export class Topics {
  private readonly changes = new Subject<SubscriptionChange>();
  readonly subscriptions$: Observable<SubscriptionChange> = this.changes.asObservable();
  /** Topics that more than one signal begins with. */
  private readonly general = new Set<string>();
  /** Marks of clients that wait until theirs has come. */
  private readonly awaited = new Map<string, Deferred<boolean>>();
  /** Marks that came before anybody waited for them. */
  private readonly marks = new Set<string>();

  /** @param maxMarks - Of all clients together, where the socket does not bound the topics of each. */
  constructor(private readonly maxMarks: number = MAX_MARKS) {}

  receive(name: Buffer, subscribed: boolean): void {
    if (name.length > MAX_TOPIC_BYTES) return;
    const topic = name.toString();
    if (topic.startsWith(MARK_BEGINNING)) this.mark(topic, subscribed);
    else this.change(topic, subscribed);
  }

  /** Resolves when a mark is subscribed. @returns Whether it was within the time, in milliseconds. */
  async arrived(token: string, timeoutMs: number): Promise<boolean> {
    const topic = confirmationTopic(token);
    if (this.marks.has(topic)) return true;
    const waiting = this.awaited.get(topic) ?? deferred<boolean>();
    this.awaited.set(topic, waiting);
    const hasArrived = await withDeadline(waiting.promise, timeoutMs, () => false);
    this.awaited.delete(topic);
    return hasArrived;
  }

  close(): void {
    this.changes.complete();
  }

  private mark(topic: string, subscribed: boolean): void {
    if (!subscribed) {
      this.marks.delete(topic);
      return;
    }
    if (this.marks.size >= this.maxMarks) return;
    this.marks.add(topic);
    this.awaited.get(topic)?.resolve(true);
  }

  private change(topic: string, subscribed: boolean): void {
    const signal = signalOfTopic(topic);
    if (signal !== undefined) {
      this.changes.next({ signal, subscribed });
      return;
    }
    if (!SIGNAL_BEGINNING.startsWith(topic) && !topic.startsWith(SIGNAL_BEGINNING)) return;
    const before = this.general.size;
    if (subscribed) this.general.add(topic);
    else this.general.delete(topic);
    if (before === 0 || this.general.size === 0) this.changes.next({ signal: undefined, subscribed });
  }
}

const MARK_BEGINNING = confirmationTopic("").slice(0, -3);

/** More clients than ever subscribe at the same moment. */
const MAX_MARKS = 65_536;
