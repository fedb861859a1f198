import { randomBytes } from "node:crypto";

const PREFIX_BYTES = 16;
const PREFIX_LENGTH = Math.ceil((PREFIX_BYTES * 8) / 6);

let given = 0;

/**
 * What a ROUTER shall know clients with keys by: ZeroMQ's binding tells nothing else of them. An identity begins with
 * what stands for the name of the client's key. Nobody can guess it: where ZeroMQ is told too soon, it takes what the
 * client claims itself.
 */
export class ClientIdentities {
  private readonly prefixes = new Map<string, string>();
  private readonly names = new Map<string, string>();

  /** An identity that nobody had before in this process. @param name - Of the client's key, if it has one. */
  next(name: string | undefined): string {
    return `${name === undefined ? "client" : this.prefixOf(name)}-${++given}`;
  }

  /** The name of the key of a client with this identity; nothing where it has none, or it was not given out here. */
  nameOf(identity: string): string | undefined {
    return this.names.get(identity.slice(0, PREFIX_LENGTH));
  }

  /** Kept for ever: there are no more than the owner of the server has named. */
  private prefixOf(name: string): string {
    const known = this.prefixes.get(name);
    if (known !== undefined) return known;
    const prefix = randomBytes(PREFIX_BYTES).toString("base64url");
    this.prefixes.set(name, prefix);
    this.names.set(prefix, name);
    return prefix;
  }
}
