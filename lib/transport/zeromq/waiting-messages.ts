import { deferred, type Deferred } from "../../time/deferred";
import { type MessageHandler } from "./call-socket";

/** What may wait here altogether, in bytes; beyond, the socket is not read, and what comes waits at the clients. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/**
 * Messages of one socket whose clients wait each for itself: where one has to wait until its message before was
 * handled, the others' are handled meanwhile.
 */
export class WaitingMessages {
  /** Of clients one of whose messages is being handled, in the order in which they came. */
  private readonly waiting = new Map<string, (readonly Buffer[])[]>();
  private waitingBytes = 0;
  private room: Deferred<void> | undefined;

  constructor(private readonly onMessage: MessageHandler) {}

  /** @returns What is to be waited for before the next message is read; nothing where that may be at once. */
  receive(frames: readonly Buffer[]): Promise<void> | undefined {
    const client = frames[0]?.toString("latin1") ?? "";
    const before = this.waiting.get(client);
    if (before === undefined) {
      const handling = this.onMessage(frames);
      if (handling !== undefined) {
        this.waiting.set(client, []);
        void this.handleAfter(client, handling);
      }
      return undefined;
    }
    before.push(frames);
    this.waitingBytes += bytesOf(frames);
    if (this.waitingBytes <= MAX_WAITING_BYTES) return undefined;
    this.room ??= deferred();
    return this.room.promise;
  }

  private async handleAfter(client: string, handling: Promise<void>): Promise<void> {
    await handling.catch(() => undefined);
    const waiting = this.waiting.get(client) ?? [];
    for (let frames = waiting.shift(); frames !== undefined; frames = waiting.shift()) {
      this.waitingBytes -= bytesOf(frames);
      this.makeRoom();
      await this.onMessage(frames)?.catch(() => undefined);
    }
    this.waiting.delete(client);
  }

  private makeRoom(): void {
    if (this.waitingBytes > MAX_WAITING_BYTES) return;
    this.room?.resolve();
    this.room = undefined;
  }
}

function bytesOf(frames: readonly Buffer[]): number {
  return frames.reduce((sum, { length }) => sum + length, 0);
}
