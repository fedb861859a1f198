import { type Peer } from "./peer";

export interface PeerEntry {
  readonly name: string;
  /** As tables show it. */
  readonly title: string;
  readonly file: string;
  /** Whose versions belong to the result. */
  readonly packages: readonly string[];
}

export const REFERENCE = "rigwire";

/** All peers, rigwire first: the others are compared with it. */
export const PEERS: readonly PeerEntry[] = [
  { name: REFERENCE, title: "rigwire", file: "./rigwire.js", packages: ["zeromq"] },
  { name: "zeromq", title: "raw zeromq.js", file: "./zeromq.js", packages: ["zeromq"] },
  { name: "json-over-tcp", title: "JSON lines over TCP", file: "./json-over-tcp.js", packages: [] },
  {
    name: "nestjs",
    title: "NestJS, TCP",
    file: "./installed/nestjs.js",
    packages: ["@nestjs/core", "@nestjs/microservices"],
  },
  { name: "moleculer", title: "Moleculer, TCP", file: "./installed/moleculer.js", packages: ["moleculer"] },
  { name: "grpc", title: "gRPC", file: "./installed/grpc.js", packages: ["@grpc/grpc-js"] },
  { name: "nats", title: "NATS", file: "./installed/nats.js", packages: ["nats"] },
];

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
