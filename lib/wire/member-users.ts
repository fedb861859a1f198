import { hasControlCharacters } from "./control-characters";
import { isObject } from "./message";

/** What a client tells of itself, and of what it uses (`USES`). An addition. */
export interface UseNotice {
  /** By wire name, all that it has used so far. */
  readonly members: readonly string[];
  /** What the program is called, for people; empty where it does not say. */
  readonly program: string;
  /** What its computer is called, for people; empty where it does not say. */
  readonly host: string;
}

/** A program that uses members of a device, as the device knows it (`USERS`). An addition. */
export interface MemberUser extends UseNotice {
  /** The name of its key or token; left out where it has none. */
  readonly key?: string;
  /** The address that it connected from last; left out where the device cannot tell. */
  readonly address?: string;
  /** How long ago it first said that it uses something, in milliseconds. */
  readonly sinceMs: number;
  /** How long ago it said so last, in milliseconds. */
  readonly seenMs: number;
}

/** How often a client says that it is still there, in milliseconds. */
export const USE_RENEWAL_MS = 60_000;

/** What is longer is no name, in characters. */
const MAX_NAME_LENGTH = 128;

/** What a reader takes of one notice, in names. */
const MAX_MEMBERS = 1_024;

/** Reads a notice that anyone may have sent: what is no name counts as absent. */
export function decodeUseNotice(message: Readonly<Record<string, unknown>>): UseNotice {
  const { members, program, host } = message;
  const names = Array.isArray(members) ? members.slice(0, MAX_MEMBERS).filter(isName) : [];
  return {
    members: names,
    program: isName(program) ? program : "",
    host: isName(host) ? host : "",
  };
}

/** Reads the reply to `USERS`: what cannot be read counts as absent. */
export function decodeMemberUsers({ users }: Readonly<Record<string, unknown>>): readonly MemberUser[] {
  return Array.isArray(users) ? users.filter(isObject).map(decodeMemberUser) : [];
}

function decodeMemberUser(user: Readonly<Record<string, unknown>>): MemberUser {
  const { key, address, sinceMs, seenMs } = user;
  return {
    ...(typeof key === "string" && { key }),
    ...(typeof address === "string" && { address }),
    ...decodeUseNotice(user),
    sinceMs: typeof sinceMs === "number" ? sinceMs : 0,
    seenMs: typeof seenMs === "number" ? seenMs : 0,
  };
}

function isName(value: unknown): value is string {
  return (
    typeof value === "string" &&
    value !== "" &&
    value.length <= MAX_NAME_LENGTH &&
    !hasControlCharacters(value)
  );
}
