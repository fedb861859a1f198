/** Commands of ZMTP 3 (ZeroMQ RFC 23 and 37): a name with its length before it, then what belongs to it. */
export interface Command {
  readonly name: string;
  readonly body: Buffer;
}

const TTL_BYTES = 2;
const MAX_CONTEXT_BYTES = 16;
const SIZE_BYTES = 4;

/** @returns Nothing for what is no command. */
export function decodeCommand(frame: Buffer): Command | undefined {
  const end = 1 + (frame[0] ?? 0);
  if (end === 1 || end > frame.length) return undefined;
  return { name: frame.toString("latin1", 1, end), body: frame.subarray(end) };
}

export function encodeCommand(name: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name, "latin1"), body]);
}

/** The `READY` of a socket of a type. It names no routing id. */
export function readyOf(socketType: string): Buffer {
  const property = "Socket-Type";
  const size = Buffer.alloc(SIZE_BYTES);
  size.writeUInt32BE(socketType.length);
  const name = Buffer.concat([Buffer.from([property.length]), Buffer.from(property, "latin1")]);
  return encodeCommand("READY", Buffer.concat([name, size, Buffer.from(socketType, "latin1")]));
}

/**
 * The properties that a peer names in its `READY`, by their names in lower case. A routing id that it claims is one of
 * them and means nothing here: each connection is named by this side.
 *
 * @returns Nothing where they cannot be read.
 */
export function propertiesOf(body: Buffer): ReadonlyMap<string, string> | undefined {
  const properties = new Map<string, string>();
  for (let at = 0; at < body.length;) {
    const nameEnd = at + 1 + (body[at] ?? 0);
    if (nameEnd + SIZE_BYTES > body.length) return undefined;
    const valueAt = nameEnd + SIZE_BYTES;
    const valueEnd = valueAt + body.readUInt32BE(nameEnd);
    if (valueEnd > body.length) return undefined;
    properties.set(
      body.toString("latin1", at + 1, nameEnd).toLowerCase(),
      body.toString("latin1", valueAt, valueEnd),
    );
    at = valueEnd;
  }
  return properties;
}

/** A `PING` that asks for nothing but its `PONG`: the peer is not told when to give this side up. */
export const PING = encodeCommand("PING", Buffer.alloc(TTL_BYTES));

/** @param ping - The body of the `PING` that it answers. */
export function pongFor(ping: Buffer): Buffer {
  return encodeCommand("PONG", ping.subarray(TTL_BYTES, TTL_BYTES + MAX_CONTEXT_BYTES));
}
