import { type Plain } from "../../security/credentials";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Event, type Socket } from "zeromq";
import { type ResolvedClientSecurity } from "../../security/security-options";
import { withDeadline } from "../../time/with-deadline";
import { ConnectObstacle } from "./connect-obstacle";
import { isWithinProcess } from "./curve-client-options";
import { handshakeError } from "./handshake-failure";
import { inprocClosing, isInprocBound } from "./inproc-endpoints";
import { eventsOf } from "./socket-events";

/** A peer that takes a connection but says nothing is given up after this time, in milliseconds. */
const CONNECT_TIMEOUT_MS = 3_000;

/**
 * Longer than any socket lives after its connection. The options that say so, `reconnectInterval: -1` and `immediate`,
 * throw away what the peer sent before it went.
 */
const NEVER_MS = 2 ** 30;

/** Socket options under which one socket is one connection: it never comes back by itself. */
export const ONE_CONNECTION = {
  reconnectInterval: NEVER_MS,
  connectTimeout: CONNECT_TIMEOUT_MS,
  // Longer, so that a peer's silence is not taken for its hanging up.
  handshakeInterval: 2 * CONNECT_TIMEOUT_MS,
} as const;

/** Options of a socket that comes back by itself: what carries nothing is given up soon, since it may carry again. */
export const COMES_BACK = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  handshakeInterval: 2 * CONNECT_TIMEOUT_MS,
} as const;

/** How long a socket may take to tell that it tries again, in milliseconds. */
const RETRY_TOLD_WITHIN_MS = 100;

/** Told what becomes of a connection after it was made. */
export interface ConnectionWatcher {
  /** It ended; possibly more than once. */
  onLost?(reason: string): void;
  /** This side ended it, for good: what came is larger than the socket takes, or breaks the protocol. */
  onRefused?(): void;
  /** A socket that comes back by itself did so. */
  onBack?(): void;
}

/**
 * Connects a socket and waits until the peer shook hands. Close the socket where this fails.
 *
 * @param security - What the socket was made with.
 * @throws AuthenticationError where the keys are the reason; else Error with the reason in a few words.
 */
export function connectSocket(
  socket: Socket,
  url: string,
  security: ResolvedClientSecurity | Plain,
  watcher: ConnectionWatcher,
): Promise<void> {
  return isWithinProcess(url)
    ? connectInproc(socket, url, watcher)
    : connectRemote(socket, url, security, watcher);
}

async function connectInproc(socket: Socket, url: string, watcher: ConnectionWatcher): Promise<void> {
  if (!isInprocBound(url)) throw new Error("nothing in this process serves it");
  const events = eventsOf(socket);
  socket.connect(url);
  const closing = inprocClosing(url).subscribe(() => watcher.onLost?.("the server closed"));
  // Within a process the events tell only the end of this socket.
  void watch(events, { onLost: () => closing.unsubscribe() });
  await Promise.resolve();
}

async function connectRemote(
  socket: Socket,
  url: string,
  security: ResolvedClientSecurity | Plain,
  watcher: ConnectionWatcher,
): Promise<void> {
  const events = eventsOf(socket);
  socket.connect(url);
  const obstacle = new ConnectObstacle(url);
  try {
    await withDeadline(handshake(events, url, security, obstacle), CONNECT_TIMEOUT_MS, async () => {
      throw await obstacle.ofSilence();
    });
  } finally {
    obstacle.end();
  }
  void watch(events, watcher);
}

/** Resolves when the peer shook hands. */
async function handshake(
  events: AsyncIterator<Event, undefined>,
  url: string,
  security: ResolvedClientSecurity | Plain,
  obstacle: ConnectObstacle,
): Promise<void> {
  for (let next = await events.next(); next.done !== true; next = await events.next()) {
    const event = next.value;
    switch (event.type) {
      case "handshake":
        return;
      // A closed descriptor is all that tells that it did not come about.
      case "close":
        throw await obstacle.ofRefusal();
      case "disconnect":
      case "handshake:error:other":
      case "handshake:error:protocol":
      case "handshake:error:auth":
        throw await handshakeError(event, url, security);
      case "end":
        throw new Error("closed");
      default:
    }
  }
  throw new Error("closed");
}

/** Reads on until the socket closes. */
async function watch(events: AsyncIterator<Event, undefined>, watcher: ConnectionWatcher): Promise<void> {
  let next = events.next();
  for (let event = await next; event.done !== true; event = await next) {
    const { type } = event.value;
    next = events.next();
    if (type === "disconnect") await tellDisconnect(next, watcher);
    else if (type === "close" || type === "end") watcher.onLost?.("the connection was closed");
    else if (type === "handshake") watcher.onBack?.();
  }
}

/** A socket whose peer went away tells at once when it tries again; one that hung up itself makes no other attempt. */
async function tellDisconnect(following: Promise<unknown>, watcher: ConnectionWatcher): Promise<void> {
  const followed = following.then(() => true);
  const isFollowed = await withDeadline(followed, RETRY_TOLD_WITHIN_MS, async () => {
    // After a pause of the process its timers run before what lies in the sockets is read.
    await nextTurn();
    await nextTurn();
    return Promise.race([followed, Promise.resolve(false)]);
  });
  if (isFollowed || watcher.onRefused === undefined) watcher.onLost?.("the peer went away");
  else watcher.onRefused();
}
