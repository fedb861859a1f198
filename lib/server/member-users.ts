import { type ServiceContract } from "../contract/service-contract";
import { type ClientIdentity } from "../transport/endpoint";
import { type MemberUser, type UseNotice } from "../wire/member-users";

/** Programs that are remembered; of more, those that were heard of longest ago are forgotten. */
const MAX_USERS = 128;

/** Of these, from one computer or with one key: no client pushes out those of others by inventing names. */
const MAX_USERS_OF_ONE = 32;

/** Names that a program uses and the device does not have: an older program wants what is gone. */
const MAX_UNKNOWN_MEMBERS = 32;

interface KnownUser extends Omit<UseNotice, "members"> {
  /** The key and the computer. */
  readonly owner: string;
  readonly key: string | undefined;
  readonly address: string | undefined;
  readonly members: Set<string>;
  /** On the clock of `performance.now()`. */
  readonly since: number;
  seen: number;
}

/**
 * Which programs use which members of a device, as they say themselves, since its server was started. A program that
 * comes again is the same one: its key, its computer and its name tell it from others.
 */
export class MemberUsers {
  /** Those that were heard of longest ago come first. */
  private readonly users = new Map<string, KnownUser>();

  constructor(private readonly contract: ServiceContract) {}

  /** A client says what it uses. */
  add({ key, address, host: computer }: ClientIdentity, { members, program, host }: UseNotice): void {
    const now = performance.now();
    const from = address ?? computer;
    const owner = JSON.stringify([key, from]);
    const id = JSON.stringify([owner, program, host]);
    const user = this.users.get(id) ?? {
      owner,
      key,
      address: from,
      program,
      host,
      members: new Set<string>(),
      since: now,
      seen: now,
    };
    user.seen = now;
    this.addMembers(user, members);
    this.users.delete(id);
    this.users.set(id, user);
    this.forgetBeyondLimits(owner);
  }

  /** All that are remembered, those heard of last first. */
  list(): readonly MemberUser[] {
    const now = performance.now();
    return [...this.users.values()]
      .reverse()
      .map(({ key, address, program, host, members, since, seen }) => ({
        ...(key !== undefined && { key }),
        ...(address !== undefined && { address }),
        program,
        host,
        members: [...members],
        sinceMs: Math.round(now - since),
        seenMs: Math.round(now - seen),
      }));
  }

  private addMembers(user: KnownUser, members: readonly string[]): void {
    let unknown = [...user.members].filter((name) => !this.has(name)).length;
    for (const name of members) {
      if (user.members.has(name)) continue;
      const isKnown = this.has(name);
      if (!isKnown && unknown >= MAX_UNKNOWN_MEMBERS) continue;
      user.members.add(name);
      if (!isKnown) unknown += 1;
    }
  }

  private has(wireName: string): boolean {
    const { methods, properties, signals } = this.contract;
    return methods.has(wireName) || properties.has(wireName) || signals.has(wireName);
  }

  private forgetBeyondLimits(owner: string): void {
    const ofOwner = [...this.users].filter(([, user]) => user.owner === owner);
    const [oldestOfOwner] = ofOwner;
    if (ofOwner.length > MAX_USERS_OF_ONE && oldestOfOwner !== undefined) this.users.delete(oldestOfOwner[0]);
    const [oldest] = this.users.keys();
    if (this.users.size > MAX_USERS && oldest !== undefined) this.users.delete(oldest);
  }
}
