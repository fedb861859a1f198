import { type Frame } from "../../wire/frame";
import { type Bindable } from "./bindable";

/** Gets every message, its sender's identity first; where it returns a promise, the next one waits for it. */
export type MessageHandler = (frames: readonly Buffer[]) => Promise<void> | undefined;

/**
 * What an endpoint takes requests with and sends replies over: a ROUTER, whoever makes it. A message that goes out
 * begins with the identity of its receiver.
 */
export interface CallSocket extends Bindable {
  readonly closed: boolean;
  /** Hands over what comes from now on. */
  receive(onMessage: MessageHandler): void;
  /**
   * @throws Error, or rejects, with the code `EAGAIN` where the receiver has no room, any other where it is gone.
   */
  send(message: readonly Frame[]): Promise<void> | undefined;
  /** How many clients are connected; not every socket tells. */
  readonly clientCount?: number;
  /** Where a client connects from; not every socket tells. */
  addressOf?(client: string): string | undefined;
  /** There is room again for a receiver that had none; not every socket tells. */
  onRoom?: (client: string) => void;
  /** A client is gone; not every socket tells. */
  onGone?: (client: string) => void;
  /** Sends what it has for so long at most, in milliseconds, then lets go of its address. */
  release(lingerMs: number): Promise<void>;
}
