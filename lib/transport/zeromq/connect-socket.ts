import { type Event, type Socket } from "zeromq";
import { inprocClosing, isInprocBound } from "./inproc-endpoints";

/** A peer that takes a connection but says nothing is given up after this time, in milliseconds. */
const CONNECT_TIMEOUT_MS = 3_000;

/** Socket options under which one socket is one connection: it never comes back by itself. */
export const ONE_CONNECTION = {
  immediate: true,
  reconnectInterval: -1,
  connectTimeout: CONNECT_TIMEOUT_MS,
  handshakeInterval: CONNECT_TIMEOUT_MS,
} as const;

/**
 * Connects a socket and waits until the peer shook hands. Close the socket where this fails.
 *
 * @param onLost - Told when the connection ends after that, possibly more than once.
 * @throws Error with the reason in a few words.
 */
export function connectSocket(socket: Socket, url: string, onLost: (reason: string) => void): Promise<void> {
  return url.startsWith("inproc:") ? connectInproc(socket, url, onLost) : connectRemote(socket, url, onLost);
}

async function connectInproc(socket: Socket, url: string, onLost: (reason: string) => void): Promise<void> {
  if (!isInprocBound(url)) throw new Error("nothing in this process serves it");
  const events = socket.events[Symbol.asyncIterator]();
  socket.connect(url);
  const closing = inprocClosing(url).subscribe(() => onLost("the server closed"));
  // Within a process the events tell only the end of this socket.
  void tellLosses(events, () => closing.unsubscribe());
  await Promise.resolve();
}

async function connectRemote(socket: Socket, url: string, onLost: (reason: string) => void): Promise<void> {
  // The events are read one by one: the binding's own emitter works only in the module realm that loaded it first.
  const events = socket.events[Symbol.asyncIterator]();
  socket.connect(url);
  await withinConnectTimeout(handshake(events));
  void tellLosses(events, onLost);
}

async function withinConnectTimeout(connecting: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer")), CONNECT_TIMEOUT_MS);
  });
  try {
    await Promise.race([connecting, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when the peer shook hands. */
async function handshake(events: AsyncIterator<Event, undefined>): Promise<void> {
  for (let next = await events.next(); next.done !== true; next = await events.next()) {
    if (next.value.type === "handshake") return;
    const problem = problemOf(next.value);
    if (problem !== undefined) throw new Error(problem);
  }
  throw new Error("closed");
}

/** What an event before the handshake says of the connection that is not made; nothing for those that say nothing. */
function problemOf(event: Event): string | undefined {
  switch (event.type) {
    // A closed descriptor is all that tells a refusal.
    case "close":
      return "connection refused";
    case "disconnect":
    case "handshake:error:other":
      return "the peer is no device";
    case "handshake:error:protocol":
      return `the peer speaks another protocol: ${event.error.code}`;
    case "handshake:error:auth":
      return `not allowed by the peer: ${event.error.message}`;
    case "end":
      return "closed";
    default:
      return undefined;
  }
}

/** Reads on until the socket closes. */
async function tellLosses(
  events: AsyncIterator<Event, undefined>,
  onLost: (reason: string) => void,
): Promise<void> {
  for (let next = await events.next(); next.done !== true; next = await events.next()) {
    if (next.value.type === "disconnect") onLost("the peer went away");
    else if (next.value.type === "close" || next.value.type === "end") onLost("the connection was closed");
  }
}
