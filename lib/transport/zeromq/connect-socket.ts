import { type Event, type Socket } from "zeromq";
import { type ClientSecurity, type Plain } from "../../security/security-options";
import { resolveClientSecurity, type ResolvedClientSecurity } from "../../security/security-options";
import { isWithinProcess } from "./curve-client-options";
import { handshakeError } from "./handshake-failure";
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
 * @param security - What the socket was made with.
 * @param onLost - Told when the connection ends after that, possibly more than once.
 * @throws AuthenticationError where the keys are the reason; else Error with the reason in a few words.
 */
export function connectSocket(
  socket: Socket,
  url: string,
  security: ClientSecurity | Plain | undefined,
  onLost: (reason: string) => void,
): Promise<void> {
  return isWithinProcess(url)
    ? connectInproc(socket, url, onLost)
    : connectRemote(socket, url, resolveClientSecurity(security), onLost);
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

async function connectRemote(
  socket: Socket,
  url: string,
  security: ResolvedClientSecurity | Plain,
  onLost: (reason: string) => void,
): Promise<void> {
  // The events are read one by one: the binding's own emitter works only in the module realm that loaded it first.
  const events = socket.events[Symbol.asyncIterator]();
  socket.connect(url);
  await withinConnectTimeout(handshake(events, url, security));
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
async function handshake(
  events: AsyncIterator<Event, undefined>,
  url: string,
  security: ResolvedClientSecurity | Plain,
): Promise<void> {
  for (let next = await events.next(); next.done !== true; next = await events.next()) {
    const event = next.value;
    switch (event.type) {
      case "handshake":
        return;
      // A closed descriptor is all that tells a refusal.
      case "close":
        throw new Error("connection refused");
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
async function tellLosses(
  events: AsyncIterator<Event, undefined>,
  onLost: (reason: string) => void,
): Promise<void> {
  for (let next = await events.next(); next.done !== true; next = await events.next()) {
    if (next.value.type === "disconnect") onLost("the peer went away");
    else if (next.value.type === "close" || next.value.type === "end") onLost("the connection was closed");
  }
}
