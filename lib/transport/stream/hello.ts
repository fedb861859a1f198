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
  /** What lets it in on the local road, once. */
  readonly ticket: string | undefined;
}

/** Why a client is not let in. */
export type Refusal = "no-token" | "unknown-token" | "no-ticket" | "busy" | "version";

const REFUSALS: readonly Refusal[] = ["no-token", "unknown-token", "no-ticket", "busy", "version"];

/** What a server answers. */
export interface ServerHello {
  readonly version: number;
  readonly refused: Refusal | undefined;
  /** What it answers to a ticket. */
  readonly proof: string | undefined;
}

export function encodeClientHello({
  token,
  ticket,
}: {
  token?: string | undefined;
  ticket?: string | undefined;
}) {
  return encodeJson({ protocol: PROTOCOL, version: STREAM_VERSION, token, ticket });
}

export function encodeServerHello({ refused, proof }: { refused?: Refusal; proof?: string | undefined }) {
  return encodeJson({ protocol: PROTOCOL, version: STREAM_VERSION, refused, proof });
}

/** @throws MalformedMessageError for what is no first frame of this protocol. */
export function decodeClientHello(frame: Uint8Array): ClientHello {
  const { version, hello } = decodeHello(frame);
  return { version, token: textOf(hello.token), ticket: textOf(hello.ticket) };
}

/** @throws MalformedMessageError for what is no first frame of this protocol. */
export function decodeServerHello(frame: Uint8Array): ServerHello {
  const { version, hello } = decodeHello(frame);
  return { version, refused: REFUSALS.find((each) => each === hello.refused), proof: textOf(hello.proof) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function decodeHello(frame: Uint8Array) {
  const hello = decodeObject(frame);
  const { protocol, version } = hello;
  if (protocol === PROTOCOL && typeof version === "number") return { version, hello };
  throw new MalformedMessageError("the peer does not speak rigwire's stream protocol");
}
