import { randomBytes, timingSafeEqual } from "node:crypto";
import { type ClientIdentity } from "../../endpoint";

/** A client goes on its way at once: a ticket that is not used within this time never is, in milliseconds. */
const GOOD_FOR_MS = 3_000;

/** More clients than come at the same moment; each has one ticket at most. */
const MAX_TICKETS = 4_096;

const SECRET_BYTES = 32;

/** What lets one client in, once. */
export interface Ticket {
  readonly client: ClientIdentity;
  /** What the server answers. */
  readonly proof: string;
  readonly secret: Buffer;
  readonly expiresAt: number;
}

/** Tickets that were given out and not used yet. */
export class Tickets {
  /** By their numbers, which are no secrets; the oldest first. */
  private readonly tickets = new Map<number, Ticket>();
  private readonly numbers = new Map<string, number>();
  private given = 0;

  /** @param now - Milliseconds on a clock that never goes back. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * A ticket for a client; the one that it had before is void.
   *
   * @returns Its text, and the answer to it; nothing where too many are out.
   */
  issue(client: ClientIdentity): { readonly ticket: string; readonly proof: string } | undefined {
    this.revoke(client);
    this.dropExpired();
    if (this.tickets.size >= MAX_TICKETS) return undefined;
    const number = ++this.given;
    const secret = randomBytes(SECRET_BYTES);
    const proof = randomBytes(SECRET_BYTES).toString("base64url");
    this.tickets.set(number, { client, proof, secret, expiresAt: this.now() + GOOD_FOR_MS });
    this.numbers.set(client.id, number);
    return { ticket: `${number}.${secret.toString("base64url")}`, proof };
  }

  /** Takes a ticket in. Nothing for whatever is none, or was used, or has expired. */
  take(text: string): Ticket | undefined {
    this.dropExpired();
    const [, digits = "", encoded = ""] = TICKET.exec(text) ?? [];
    const ticket = this.tickets.get(Number(digits));
    const secret = Buffer.from(encoded, "base64url");
    if (ticket === undefined || secret.length !== SECRET_BYTES || !timingSafeEqual(secret, ticket.secret)) {
      return undefined;
    }
    this.revoke(ticket.client);
    return ticket;
  }

  /** What a client was given is void. */
  revoke({ id }: ClientIdentity): void {
    const number = this.numbers.get(id);
    if (number === undefined) return;
    this.numbers.delete(id);
    this.tickets.delete(number);
  }

  private dropExpired(): void {
    for (const { client, expiresAt } of this.tickets.values()) {
      if (expiresAt > this.now()) return;
      this.revoke(client);
    }
  }
}

/** A number, and {@link SECRET_BYTES} bytes. */
const TICKET = /^(\d{1,15})\.([\w-]{43})$/;
