import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import { type ClientOptions, generateKeys, type Road, type ServeOptions } from "../../../lib/index";
import { memoryUrl } from "../../../lib/testing";
import { installGateways } from "./gatewayed-transport";
import { isNatsExpected, NatsServer } from "../../support/nats-server";
import { pageClient } from "../../../lib/transport/stream/browser/page-client";
import { registerTransport, transportOf } from "../../../lib/transport/transports";

/** A transport that the suite is run over. */
export interface TransportUnderTest {
  readonly name: string;
  /** Where a server can be opened: another place each time. */
  freshUrl(): string;
  /** Whether all clients are one to the device; then who they are is not asked. Default false. */
  readonly isShared?: boolean;
  /** What servers are given. */
  readonly serving?: ServeOptions;
  /** What clients are given. */
  readonly connecting?: ClientOptions;
  /** How clients are connected then, where the URL does not say it. */
  readonly road?: Road;
  /**
   * Puts it in its place, where programs of Node have another.
   *
   * @returns What undoes that.
   */
  install?(): Uninstall | Promise<Uninstall>;
}

export type Uninstall = () => void | Promise<void>;

let places = 0;
const folder = mkdtempSync(join(tmpdir(), "rigwire-conformance-"));

/** What is left behind when all tests are done. */
export function removeSockets(): void {
  rmSync(folder, { recursive: true, force: true });
}

export const TRANSPORTS: readonly TransportUnderTest[] = [
  { name: "zeromq over tcp:", freshUrl: freshTcp, connecting: { local: false } },
  { name: "zeromq over tcp: with keys", freshUrl: freshTcp, ...withKeys({ local: false }) },
  { name: "zeromq over ipc:", freshUrl: freshIpc, connecting: { local: false } },
  { name: "zeromq over inproc:", freshUrl: () => `inproc://conformance-${process.pid}-${++places}` },
  { name: "the local road of tcp:", freshUrl: freshTcp, road: "local" },
  { name: "the local road of tcp: with keys", freshUrl: freshTcp, ...withKeys(), road: "local" },
  { name: "the local road of ipc:", freshUrl: freshIpc, road: "local" },
  { name: "stream over unix:", freshUrl: () => `unix://${join(folder, `stream-${++places}`)}` },
  { name: "stream over ws:", freshUrl: () => "ws://127.0.0.1" },
  { name: "stream over ws:, as in pages", freshUrl: () => "ws://127.0.0.1", install: installPageClient },
  { name: "memory:", freshUrl: () => memoryUrl() },
  ...(isNatsExpected
    ? [
        {
          name: "nats:",
          freshUrl: () => `${natsServer?.url}/conformance/device-${++places}`,
          install: installNatsServer,
        },
      ]
    : []),
  {
    name: "a gateway in front of tcp:",
    freshUrl: () => `gatewayed://${++places}`,
    install: () => installGateways({}),
    isShared: true,
  },
  {
    name: "a gateway in front of tcp:, without the local road",
    freshUrl: () => `gatewayed://${++places}`,
    install: () => installGateways({ local: false }),
    isShared: true,
  },
];

/** What is large goes over it in many messages. */
const NATS_PAYLOAD_BYTES = 64 * 1024;

let natsServer: NatsServer | undefined;

async function installNatsServer(): Promise<() => Promise<void>> {
  const server = (natsServer = await NatsServer.start({ config: `max_payload: ${NATS_PAYLOAD_BYTES}` }));
  return () => server.close();
}

function freshTcp(): string {
  return "tcp://127.0.0.1";
}

function freshIpc(): string {
  return `ipc://${join(folder, `socket-${++places}`)}`;
}

/** Both sides with keys that the other knows. */
function withKeys(connecting: ClientOptions = {}): Pick<TransportUnderTest, "serving" | "connecting"> {
  const [ofServer, ofClient] = [generateKeys(), generateKeys()];
  return {
    serving: { security: { keys: ofServer, allow: [ofClient.publicKey] } },
    connecting: { ...connecting, security: { keys: ofClient, serverKey: ofServer.publicKey } },
  };
}

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
