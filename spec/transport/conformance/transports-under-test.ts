import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import { memoryUrl } from "../../../lib/testing";
import { pageClient } from "../../../lib/transport/stream/browser/page-client";
import { registerTransport, transportOf } from "../../../lib/transport/transports";

/** A transport that the suite is run over. */
export interface TransportUnderTest {
  readonly name: string;
  /** Where a server can be opened: another place each time. */
  freshUrl(): string;
  /**
   * Puts it in its place, where programs of Node have another.
   *
   * @returns What undoes that.
   */
  install?(): () => void;
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
  { name: "stream over ws:, as in pages", freshUrl: () => "ws://127.0.0.1", install: installPageClient },
  { name: "memory:", freshUrl: () => memoryUrl() },
];

/** What browsers have of their own is played by the `WebSocket` of ws, which has the same interface. */
function installPageClient(): () => void {
  const ofNode = transportOf("ws://127.0.0.1");
  const before = Object.getOwnPropertyDescriptor(globalThis, "WebSocket");
  Object.defineProperty(globalThis, "WebSocket", { value: WebSocket, configurable: true });
  registerTransport({ ...ofNode, client: () => pageClient });
  return () => {
    registerTransport(ofNode);
    if (before === undefined) Reflect.deleteProperty(globalThis, "WebSocket");
    else Object.defineProperty(globalThis, "WebSocket", before);
  };
}
