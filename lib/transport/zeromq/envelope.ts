import { type Frame } from "../../wire/frame";
import { type ReplyMessage } from "../client-replies";
import { PROBE } from "./presence";

/** What stands before the body of a message: the client's identity, what it or a broker added, the empty delimiter. */
export type Envelope = readonly Buffer[];

/** More frames than this before the empty delimiter is no envelope of anybody's. */
const MAX_ENVELOPE_FRAMES = 8;

const EMPTY = Buffer.alloc(0);

/** A message, taken apart. */
export interface EnvelopedMessage {
  readonly envelope: Envelope;
  /** The client's own name for the request; empty where it gave none. */
  readonly id: string;
  /** Empty where the message has neither one frame behind its envelope nor two. */
  readonly body: Buffer;
  /** The second of two frames. */
  readonly data: Buffer | undefined;
}

/** @returns Nothing for a message without an envelope. */
export function readEnvelope(frames: readonly Buffer[]): EnvelopedMessage | undefined {
  const delimiter = frames.findIndex((frame, index) => index > 0 && frame.length === 0);
  if (delimiter < 0 || delimiter > MAX_ENVELOPE_FRAMES) return undefined;
  const envelope = frames.slice(0, delimiter + 1);
  const behind = frames.length - envelope.length;
  return {
    envelope,
    id: envelope.length > 2 ? (envelope.at(-2) ?? EMPTY).toString("latin1") : "",
    body: behind === 1 || behind === 2 ? (frames[delimiter + 1] ?? EMPTY) : EMPTY,
    data: behind === 2 ? frames[delimiter + 2] : undefined,
  };
}

/** The frame by which ZeroMQ tells a client from the others. */
export function identityOf(envelope: Envelope): Buffer {
  return envelope[0] ?? EMPTY;
}

/** Whether nothing but the client's identity stands in it, as in a batch that came through no broker. */
export function isDirect(envelope: Envelope): boolean {
  return envelope.length === 2;
}

/** A reply as its frames: behind the envelope of what it answers. */
export function packReply({ target, frames }: ReplyMessage<Envelope>): Frame[] {
  const { kind, route } = target;
  switch (kind) {
    case "reply":
      return [...route, ...frames];
    case "element":
      return [...route.slice(0, -1), String(target.id), EMPTY, ...frames];
    case "batch":
      return [identityOf(route), EMPTY, ...frames];
    case "probe":
      return [identityOf(route), ...PROBE];
  }
}
