import { type Readable } from "zeromq";

/**
 * Hands over every message of a socket, one after the other, until it is closed. Closing fails the receive that is under way: that is no
 * error.
 */
export async function receiveAll(
  socket: Pick<Readable, typeof Symbol.asyncIterator> & { readonly closed: boolean },
  onMessage: (frames: readonly Buffer[]) => Promise<void> | void,
): Promise<void> {
  try {
    for await (const frames of socket) {
      const handling = onMessage(frames);
      if (handling !== undefined) await handling;
    }
  } catch (error) {
    if (!socket.closed) throw error;
  }
}
