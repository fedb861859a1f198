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

/** @param id - Of the request; empty where it had none that could be read. */
export function encodeZapReply(id: Buffer, isPermitted: boolean): (Buffer | string)[] {
  const [status, text] = isPermitted ? ["200", "OK"] : ["400", "not allowed"];
  const noUser = "";
  const noMetadata = "";
  return [VERSION, id, status, text, noUser, noMetadata];
}
