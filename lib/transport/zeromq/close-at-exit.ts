import { isMainThread } from "node:worker_threads";
import { type Socket } from "zeromq";

/** Those of this worker thread, weakly: one that is closed and forgotten costs nothing. */
const sockets = new Set<WeakRef<Socket>>();
const forgotten = new FinalizationRegistry<WeakRef<Socket>>((reference) => sockets.delete(reference));
let isListening = false;

/**
 * Closes a socket when the worker thread that made it ends, by an error or by `process.exit`: ZeroMQ's binding aborts
 * the whole process where a thread ends that waits for a message. `worker.terminate()` runs nothing of the thread's any
 * more, so that this cannot help there. In the main thread it does nothing.
 */
export function closeAtExit(socket: Socket): void {
  if (isMainThread) return;
  if (!isListening) process.once("exit", closeAll);
  isListening = true;
  const reference = new WeakRef(socket);
  sockets.add(reference);
  forgotten.register(socket, reference);
}

function closeAll(): void {
  for (const reference of sockets) {
    const socket = reference.deref();
    if (socket === undefined) continue;
    // What watches a socket waits as the socket does, and goes on for a while after it.
    closeWatcher(socket);
    socket.close();
  }
}

function closeWatcher(socket: Socket): void {
  try {
    socket.events.close();
  } catch {
    // None could be made.
  }
}
