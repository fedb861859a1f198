import { type MemberUser } from "../../wire/member-users";

/** A program says each minute that it is still there: what was heard of lately is there, in milliseconds. */
const THERE_MS = 90_000;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * @param member - Its name on the network; empty for the service itself, which all use.
 */
export function usersOfMember(users: readonly MemberUser[], member: string): readonly MemberUser[] {
  return member === "" ? users : users.filter(({ members }) => members.includes(member));
}

/** `scans/night.js on desk-3 (key scanner)`: whom people look for. */
export function userText({ program, host, key, address }: MemberUser): string {
  const named = [program === "" ? "a program" : program, host === "" ? "" : `on ${host}`];
  const proved = key === undefined ? address : `key ${key}`;
  return [...named, proved === undefined ? "" : `(${proved})`].filter((part) => part !== "").join(" ");
}

/** `now`, or how long ago it was heard of last: `5 min ago`. */
export function seenText({ seenMs }: MemberUser): string {
  if (seenMs < THERE_MS) return "now";
  if (seenMs < 2 * HOUR_MS) return `${Math.round(seenMs / MINUTE_MS)} min ago`;
  if (seenMs < 2 * DAY_MS) return `${Math.round(seenMs / HOUR_MS)} h ago`;
  return `${Math.round(seenMs / DAY_MS)} days ago`;
}
