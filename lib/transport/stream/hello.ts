import { MalformedMessageError } from "../../errors";
import { encodeJson } from "../../wire/json";
import { decodeObject } from "../../wire/message";

/** What the first frames name, so that a stranger is told from an old or new version. */
const PROTOCOL = "rigwire-stream";

/** Of the framing and of the kinds of frames. */
export const STREAM_VERSION = 1;

/** The longest first frame: nobody has said yet who he is. */
export const MAX_HELLO_BYTES = 4_096;

/** What a client says first. */
export interface ClientHello {
  readonly version: number;
  /** What lets it in. */
  readonly token: string | undefined;
}

/** Why a client is not let in. */
export type Refusal = "no-token" | "unknown-token" | "busy" | "version";

const REFUSALS: readonly Refusal[] = ["no-token", "unknown-token", "busy", "version"];

/** What a server answers. */
export interface ServerHello {
  readonly version: number;
  readonly refused: Refusal | undefined;
}

export function encodeClientHello(token: string | undefined): string {
  return encodeJson({ protocol: PROTOCOL, version: STREAM_VERSION, token });
}

export function encodeServerHello(refused: Refusal | undefined): string {
  return encodeJson({ protocol: PROTOCOL, version: STREAM_VERSION, refused });
}

/** @throws MalformedMessageError for what is no first frame of this protocol. */
export function decodeClientHello(frame: Uint8Array): ClientHello {
  const { version, hello } = decodeHello(frame);
  return { version, token: typeof hello.token === "string" ? hello.token : undefined };
}

/** @throws MalformedMessageError for what is no first frame of this protocol. */
export function decodeServerHello(frame: Uint8Array): ServerHello {
  const { version, hello } = decodeHello(frame);
  return { version, refused: REFUSALS.find((each) => each === hello.refused) };
}

function decodeHello(frame: Uint8Array) {
  const hello = decodeObject(frame);
  const { protocol, version } = hello;
  if (protocol === PROTOCOL && typeof version === "number") return { version, hello };
  throw new MalformedMessageError("the peer does not speak rigwire's stream protocol");
}
