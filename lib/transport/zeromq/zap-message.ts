import { encodeKey } from "../../security/curve-key";

/** What ZeroMQ asks when somebody connects to a socket with a domain (ZAP, ZeroMQ RFC 27). */
export interface ZapRequest {
  readonly id: Buffer;
  readonly domain: string;
  /** The client's numeric address; empty where the transport has none. */
  readonly address: string;
  /** Whose possession of the secret key is proven. */
  readonly publicKey: string;
}

const VERSION = "1.0";
const MECHANISM = "CURVE";
const KEY_BYTES = 32;

/**
 * @param frames - Those after the empty delimiter.
 * @returns Nothing for what is no question about a client's key.
 */
export function decodeZapRequest(frames: readonly Buffer[]): ZapRequest | undefined {
  const [version, id, domain, address, , mechanism, key, ...rest] = frames;
  if (version?.toString() !== VERSION || id === undefined || domain === undefined) return undefined;
  if (address === undefined || mechanism?.toString() !== MECHANISM) return undefined;
  if (key?.length !== KEY_BYTES || rest.length > 0) return undefined;
  return { id, domain: domain.toString(), address: address.toString(), publicKey: encodeKey(key) };
}

/** What a client is told of itself, or why it is not let in: it has no allowed key, or there is no room for it. */
export type Verdict = { readonly identity: string } | "not-allowed" | "no-room";

const STATUS = {
  "not-allowed": ["400", "not allowed"],
  "no-room": ["500", "no room"],
} as const;

/**
 * @param id - Of the request; empty where it had none that could be read.
 * @param verdict - Its identity is what a ROUTER shall know the client by, whatever it claims itself.
 */
export function encodeZapReply(id: Buffer, verdict: Verdict): (Buffer | string)[] {
  const noUser = "";
  if (typeof verdict === "string") return [VERSION, id, ...STATUS[verdict], noUser, ""];
  return [VERSION, id, "200", "OK", noUser, metadata("Identity", verdict.identity)];
}

/** A property as ZMTP writes it (ZeroMQ RFC 23). */
function metadata(name: string, value: string): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(value.length);
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), size, Buffer.from(value)]);
}
