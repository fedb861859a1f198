import { setImmediate as nextTurn } from "node:timers/promises";
import { type Readable } from "zeromq";

/** Messages of one socket are handled for so long at most before the others have their turn, in milliseconds. */
const TURN_MS = 3;

/**
 * Hands over every message of a socket, one after the other, until it is closed. Closing fails the receive that is under way: that is no
 * error.
 */
export async function receiveAll(
  socket: Pick<Readable, typeof Symbol.asyncIterator> & { readonly closed: boolean },
  onMessage: (frames: readonly Buffer[]) => Promise<void> | void,
): Promise<void> {
  let turnEndsAt = performance.now() + TURN_MS;
  try {
    for await (const frames of socket) {
      const handling = onMessage(frames);
      if (handling !== undefined) await handling;
      // While messages lie ready, ZeroMQ gives them without a turn of the event loop: nothing else of the process runs.
      if (performance.now() < turnEndsAt) continue;
      await nextTurn();
      turnEndsAt = performance.now() + TURN_MS;
    }
  } catch (error) {
    if (!socket.closed) throw error;
  }
}
