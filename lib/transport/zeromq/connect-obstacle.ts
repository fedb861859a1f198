import { connect, type Socket } from "node:net";
import { parseAddress } from "../../address/address";
import { bareHost } from "../../address/hosts";
import { withDeadline } from "../../time/with-deadline";
import { isOutOfFiles, outOfFiles } from "../../open-files";

/**
 * When a connection is looked at that is still not there, in milliseconds: so early that the system, which gives up a
 * host after 3 s, has told by the time that the connection is given up.
 */
const LOOK_AFTER_MS = 1_000;

/** How much longer a look may take when the connection was given up, in milliseconds. */
const FINISH_WITHIN_MS = 600;

const NO_ANSWER = "no answer";

/** Nobody answers: the peer may be there behind a wire that carries nothing. */
export class NoAnswerError extends Error {}

/** The host is there, and nobody listens. */
const REFUSED = "connection refused";

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: REFUSED,
  ENOENT: REFUSED,
  ETIMEDOUT: NO_ANSWER,
  EHOSTUNREACH:
    "the host is not there (EHOSTUNREACH): it is off, its cable is out, or it is in another network",
  EHOSTDOWN: "the host is not there (EHOSTDOWN): it is off, its cable is out, or it is in another network",
  ENETUNREACH: "no network leads to the host (ENETUNREACH): check this computer's cable and addresses",
  EACCES: "a firewall of this computer forbids it (EACCES)",
  EPERM: "a firewall of this computer forbids it (EPERM)",
};

/** @param error - The system's, of a connection of its own that did not come about. */
export function obstacleOf(error: NodeJS.ErrnoException): Error {
  if (isOutOfFiles(error)) return outOfFiles(error);
  return obstacle(reasonOf(error));
}

function obstacle(reason: string): Error {
  return reason === REFUSED ? new Error(reason) : new NoAnswerError(reason);
}

function reasonOf({ code = "" }: NodeJS.ErrnoException): string {
  return REASONS[code] ?? `it cannot be connected to (${code})`;
}

/** Why a connection over TCP does not come about. ZeroMQ does not tell; a connection of the system's own does. */
export class ConnectObstacle {
  private readonly timer: NodeJS.Timeout;
  private socket: Socket | undefined;
  private looking: Promise<string | undefined> | undefined;

  /** @param url - With the host as a number. Other URLs than those of TCP have no other reason than a refusal. */
  constructor(private readonly url: string) {
    this.timer = setTimeout(() => void this.look(), LOOK_AFTER_MS);
  }

  /** Why a connection was given up that nobody answered. */
  async ofSilence(): Promise<NoAnswerError> {
    return new NoAnswerError((await this.found()) ?? NO_ANSWER);
  }

  /** Why a connection ended before it was made. */
  async ofRefusal(): Promise<Error> {
    // A host that is there refuses the system's own connection at once.
    return obstacle((await withDeadline(this.look(), FINISH_WITHIN_MS, () => NO_ANSWER)) ?? REFUSED);
  }

  /** Looks no further. Idempotent. */
  end(): void {
    clearTimeout(this.timer);
    this.socket?.destroy();
  }

  private found(): Promise<string | undefined> {
    return withDeadline(this.look(), FINISH_WITHIN_MS, () => undefined);
  }

  private look(): Promise<string | undefined> {
    this.looking ??= this.connect();
    return this.looking;
  }

  /** Nothing where a connection of the system's own comes about. */
  private connect(): Promise<string | undefined> {
    const address = parseAddress(this.url);
    if (address.scheme !== "tcp") return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.socket = connect({ host: bareHost(address.host), port: address.port ?? 0 })
        .on("connect", () => resolve(undefined))
        .on("close", () => resolve(undefined))
        .on("error", (error: NodeJS.ErrnoException) => resolve(reasonOf(error)));
    });
  }
}
