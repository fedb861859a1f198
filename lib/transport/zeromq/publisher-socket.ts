import { type Frame } from "../../wire/frame";
import { type Bindable } from "./bindable";

/** Gets a topic, the beginning of the frames that are wanted, and whether it was subscribed or unsubscribed. */
export type TopicHandler = (topic: Buffer, subscribed: boolean) => void;

/** What an endpoint publishes its signals with: an XPUB, whoever makes it. It never waits for a subscriber. */
export interface PublisherSocket extends Bindable {
  readonly closed: boolean;
  /** How many topics of one subscriber are taken is bounded, so that all of them need no bound together. */
  readonly boundsTopics: boolean;
  /** Reports each subscription, and each topic that nobody is subscribed to any more. */
  receive(onTopic: TopicHandler): void;
  /**
   * Sends a frame to all who subscribed to its beginning.
   *
   * @param data - A second frame, for those who take it.
   * @returns How many of them miss it, because they left too many unread; as far as the socket tells.
   */
  publish(frame: Frame, data?: Uint8Array): number;
  /** Sends what it has for so long at most, in milliseconds, then lets go of its address. */
  release(lingerMs: number): Promise<void>;
}
