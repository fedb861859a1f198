import { type Peer } from "./peer";

export interface PeerEntry {
  readonly name: string;
  /** As tables show it. */
  readonly title: string;
  /** A road of rigwire, what one picks to build upon, or what one writes oneself. */
  readonly kind: "own" | "framework" | "hand-written";
  readonly file: string;
  /** Whose versions belong to the result. */
  readonly packages: readonly string[];
}

/** What a user gets who asks for nothing. */
export const REFERENCE = "rigwire";

/** Where calls go over ZeroMQ. */
export const ZEROMQ_ROAD = "rigwire-tcp";

/** All peers, rigwire first: the others are compared with it. */
export const PEERS: readonly PeerEntry[] = [
  own(REFERENCE, "rigwire", ["zeromq"]),
  own("rigwire-tcp", "rigwire, tcp:", ["zeromq"]),
  own("rigwire-unix", "rigwire, unix:"),
  own("rigwire-ws", "rigwire, ws:", ["ws"]),
  handWritten("zeromq", "raw zeromq.js", ["zeromq"]),
  handWritten("json-over-tcp", "JSON lines over TCP"),
  handWritten("json-over-unix", "JSON lines over a Unix socket"),
  handWritten("json-over-ws", "JSON over WebSocket", ["ws"]),
  framework("nestjs", "NestJS, TCP", ["@nestjs/core", "@nestjs/microservices"]),
  framework("moleculer", "Moleculer, TCP", ["moleculer"]),
  framework("grpc", "gRPC", ["@grpc/grpc-js"]),
  framework("nats", "NATS", ["nats"]),
  framework("capnweb", "Cap'n Web, WebSocket", ["capnweb", "ws"]),
  framework("trpc", "tRPC, WebSocket", ["@trpc/server", "@trpc/client", "ws"]),
];

function own(name: string, title: string, packages: readonly string[] = []): PeerEntry {
  return { name, title, kind: "own", file: `./${name}.js`, packages };
}

function handWritten(name: string, title: string, packages: readonly string[] = []): PeerEntry {
  return { name, title, kind: "hand-written", file: `./${name}.js`, packages };
}

function framework(name: string, title: string, packages: readonly string[]): PeerEntry {
  return { name, title, kind: "framework", file: `./installed/${name}.js`, packages };
}

/** The names of the peers of these kinds. */
export function peersOf(...kinds: readonly PeerEntry["kind"][]): readonly string[] {
  return PEERS.filter(({ kind }) => kinds.includes(kind)).map(({ name }) => name);
}

/**
 * Loads one peer and what it needs; none of the others.
 *
 * @param name - Of the peer, or of the file of another program of it.
 * @throws Error if it is unknown or its packages are not there.
 */
export async function loadPeer(name: string): Promise<Peer> {
  const file = PEERS.find((peer) => peer.name === name)?.file ?? `./${name}.js`;
  const { peer } = (await import(file)) as { peer: Peer };
  return peer;
}
