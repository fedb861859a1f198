import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryUrl } from "../../../lib/testing";

/** A transport that the suite is run over. */
export interface TransportUnderTest {
  readonly name: string;
  /** Where a server can be opened: another place each time. */
  freshUrl(): string;
}

let places = 0;
const folder = mkdtempSync(join(tmpdir(), "rigwire-conformance-"));

/** What is left behind when all tests are done. */
export function removeSockets(): void {
  rmSync(folder, { recursive: true, force: true });
}

export const TRANSPORTS: readonly TransportUnderTest[] = [
  { name: "zeromq over tcp:", freshUrl: () => "tcp://127.0.0.1" },
  { name: "zeromq over ipc:", freshUrl: () => `ipc://${join(folder, `socket-${++places}`)}` },
  { name: "zeromq over inproc:", freshUrl: () => `inproc://conformance-${process.pid}-${++places}` },
  { name: "stream over unix:", freshUrl: () => `unix://${join(folder, `stream-${++places}`)}` },
  { name: "stream over ws:", freshUrl: () => "ws://127.0.0.1" },
  { name: "memory:", freshUrl: () => memoryUrl() },
];
