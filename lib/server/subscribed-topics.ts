import { type Observable, type Subscription } from "rxjs";
import { type TopicEvent } from "../transport/rpc-endpoint";

/** The topics that somebody subscribes to at this moment. */
export class SubscribedTopics {
  private readonly topics = new Set<string>();
  private readonly listeners = new Set<() => void>();
  private readonly subscription: Subscription;

  constructor(events: Observable<TopicEvent>) {
    this.subscription = events.subscribe(({ topic, subscribed }) => {
      if (subscribed) this.topics.add(topic);
      else this.topics.delete(topic);
      for (const listener of [...this.listeners]) listener();
    });
  }

  /** Whether somebody may get frames that begin with this. */
  touch(beginning: string): boolean {
    for (const topic of this.topics)
      if (beginning.startsWith(topic) || topic.startsWith(beginning)) return true;
    return false;
  }

  /** @returns Ends the listening. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Waits until exactly this topic is subscribed.
   *
   * @returns Whether it was within the time, in milliseconds.
   */
  appears(topic: string, timeoutMs: number): Promise<boolean> {
    if (this.topics.has(topic)) return Promise.resolve(true);
    return new Promise((resolve) => {
      const stop = this.onChange(() => {
        if (this.topics.has(topic)) settle(true);
      });
      const timer = setTimeout(() => settle(false), timeoutMs);
      const settle = (appeared: boolean) => {
        clearTimeout(timer);
        stop();
        resolve(appeared);
      };
    });
  }

  close(): void {
    this.subscription.unsubscribe();
    this.listeners.clear();
  }
}
