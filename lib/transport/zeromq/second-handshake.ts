import { Dealer } from "zeromq";
import { type ResolvedClientSecurity } from "../../security/security-options";
import { withDeadline } from "../../time/with-deadline";
import { curveClientOptions } from "./curve-client-options";
import { makeSocket } from "./make-socket";
import { eventsOf } from "./socket-events";

/** How long the peer has for it, in milliseconds. */
const HANDSHAKE_TIMEOUT_MS = 1_000;

/**
 * Whether a peer that closed during the handshake does so again, on a connection of its own. One that cannot read the
 * first message, since that is meant for a server of another key, does so each time; one whose wire was cut at that
 * moment, or that was just going, does not.
 *
 * @param url - With the host as a number.
 */
export async function closesAgain(url: string, security: ResolvedClientSecurity): Promise<boolean> {
  const socket = makeSocket(() => new Dealer({ linger: 0, ...curveClientOptions(url, security) }));
  try {
    const events = eventsOf(socket);
    socket.connect(url);
    return await withDeadline(closes(events), HANDSHAKE_TIMEOUT_MS, () => false);
  } finally {
    socket.close();
  }
}

async function closes(events: ReturnType<typeof eventsOf>): Promise<boolean> {
  for (let next = await events.next(); next.done !== true; next = await events.next()) {
    switch (next.value.type) {
      case "disconnect":
      case "handshake:error:other":
        return true;
      case "handshake":
      case "handshake:error:auth":
      case "handshake:error:protocol":
      case "close":
        return false;
      default:
    }
  }
  return false;
}
