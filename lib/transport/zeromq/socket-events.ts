import { type Event, type Socket } from "zeromq";
import { isOutOfFiles, outOfFiles } from "../../open-files";

/** A further attempt watches from another address in memory; that several in a row are taken does not happen. */
const ATTEMPTS = 5;

/**
 * What happens to a socket, event by event. (They are read one by one: the binding's own emitter works only in the
 * module realm that loaded it first.)
 *
 * The binding names each watcher after its place in memory. Where a watcher of a socket that is still closing was at
 * that place, the name is taken; the next attempt gets another one.
 */
export function eventsOf(socket: Socket): AsyncIterator<Event, undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      return socket.events[Symbol.asyncIterator]();
    } catch (error) {
      if (isOutOfFiles(error)) throw outOfFiles(error);
      if (attempt === ATTEMPTS) throw error;
    }
  }
}
