import { type ClientIdentity } from "../transport/endpoint";
import { type ActiveRequests } from "./active-requests";
import { type Link } from "./pipeline";
import { type ServedRequest } from "./served-request";

/** What a request is ended with, and the reason of a signal that aborts, when its caller is gone. */
const CALLER_LOST = "its caller is gone: the connection was lost or closed";

/** Departed clients whose last requests may still come: a long batch is carried out over several turns. */
const REMEMBERED = 256;

/** Sees to it that nothing is begun for clients that are gone, and that what runs for them is told to end. */
export class LostCallers {
  private readonly departed = new Set<string>();

  constructor(private readonly active: ActiveRequests) {}

  /** Refuses what still comes in of a client that is gone. */
  readonly link: Link = (next) => (request) => {
    if (this.departed.has(request.connection.id)) request.giveUp(CALLER_LOST, "cancelled");
    else next(request);
  };

  /** Its requests that wait are dropped; those that run have their signal aborted, unless they are to go on. */
  lost({ id }: ClientIdentity): void {
    this.remember(id);
    for (const request of this.active.of(id)) forsake(request);
  }

  private remember(id: string): void {
    this.departed.add(id);
    const [oldest] = this.departed;
    if (this.departed.size > REMEMBERED && oldest !== undefined) this.departed.delete(oldest);
  }
}

/** Nobody waits for it any more: it is not begun, or told to end unless it is to go on. */
export function forsake(request: ServedRequest): void {
  if (request.isWaiting || !goesOn(request)) request.giveUp(CALLER_LOST, "cancelled");
  else request.forsake();
}

function goesOn({ contract }: ServedRequest): boolean {
  return contract.kind === "method" && contract.onCallerLost === "continue";
}
