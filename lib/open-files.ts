import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import { hasCode } from "./system-error";

/** Windows has no such limit. */
const IS_LIMITED = process.platform !== "win32";

const CURE = "raise the limit with ulimit -n, or LimitNOFILE= of its systemd unit";

const CODE = "EMFILE";
const REASON = `this process has as many files and sockets open as the system allows: ${CURE}`;

/** For a table of the system's codes and what they mean. */
export const OUT_OF_FILES = [CODE, REASON] as const;

export function isOutOfFiles(error: unknown): boolean {
  return hasCode(error, CODE);
}

export function outOfFiles(cause?: unknown): Error {
  return new Error(REASON, { cause });
}

/** How many files the process may open besides those that are open, but no more than were asked for. */
export function filesLeft(atMost: number): number {
  if (!IS_LIMITED) return atMost;
  const opened: number[] = [];
  try {
    while (opened.length < atMost) opened.push(openSync(devNull, "r"));
  } catch (error) {
    // Without that file nothing can be counted, and nobody is kept from trying.
    if (!isOutOfFiles(error)) return atMost;
  } finally {
    opened.forEach(closeSync);
  }
  return opened.length;
}

/**
 * Looks before ZeroMQ needs them, which aborts the process where there are none.
 *
 * @param what - Needs them, as in `a device at tcp://127.0.0.1`.
 * @throws Error that says how many files are needed and left, with the cure.
 */
export function requireFiles(needed: number, what: string): void {
  const left = filesLeft(needed);
  if (left === needed) return;
  throw new Error(
    `${what} needs ${needed} files and sockets, and the system allows this process only ${left} more: ${CURE}`,
  );
}
