/** More than a client of ours has of the signals of any device, with their ends and its marks. */
const MAX_TOPICS = 8_192;

/** Longer is no topic of a client of ours: the name of its signal would be. */
const MAX_TOPIC_BYTES = 4_096;

/** All topics of one subscriber. */
const MAX_BYTES = 1024 * 1024;

/** The topics of one subscriber, bounded in number, in length and in all. */
export class SubscribedTopics {
  private readonly topics = new Set<string>();
  private bytes = 0;

  add(topic: Buffer): "added" | "known" | "refused" {
    const name = topic.toString("latin1");
    if (this.topics.has(name)) return "known";
    const isTooMuch = this.topics.size >= MAX_TOPICS || this.bytes + topic.length > MAX_BYTES;
    if (isTooMuch || topic.length > MAX_TOPIC_BYTES) return "refused";
    this.topics.add(name);
    this.bytes += topic.length;
    return "added";
  }

  /** @returns Whether it was there. */
  delete(topic: Buffer): boolean {
    if (!this.topics.delete(topic.toString("latin1"))) return false;
    this.bytes -= topic.length;
    return true;
  }

  all(): readonly Buffer[] {
    return [...this.topics].map((name) => Buffer.from(name, "latin1"));
  }
}
