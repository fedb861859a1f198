import { createRequire } from "node:module";
import type * as DnsPacket from "dns-packet";
import { MdnsUnavailableError } from "../errors";

/** A question of a DNS message. */
export interface DnsQuestion {
  readonly name: string;
  /** Such as `PTR`; `ANY` for all. */
  readonly type: string;
}

interface RecordBase {
  readonly name: string;
  /** How long it holds, in seconds; 0 says that it holds no more. */
  readonly ttl: number;
  /** Whether what was known of this name and type before holds no more. */
  readonly flush: boolean;
}

/** Where a service is. */
export interface ServiceLocation {
  readonly target: string;
  readonly port: number;
}

/** A record of a kind that service discovery uses (RFC 6763). */
export type DnsRecord = RecordBase &
  (
    | { readonly type: "PTR"; readonly data: string }
    | { readonly type: "A" | "AAAA"; readonly data: string }
    | { readonly type: "SRV"; readonly data: ServiceLocation }
    | { readonly type: "TXT"; readonly data: readonly Buffer[] }
  );

/** What is in one datagram. */
export interface DnsMessage {
  readonly kind: "query" | "response";
  readonly id: number;
  readonly questions: readonly DnsQuestion[];
  /** Of a query: what the asker knows already. */
  readonly answers: readonly DnsRecord[];
  /** Of a query: what the asker is about to claim. */
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
}

/** The longest message there may be, in bytes (RFC 6762, 17). */
const MAX_MESSAGE_BYTES = 9_000;

/** No more than this many questions and records are looked at in one message. */
const MAX_ENTRIES = 512;

/** Longer texts are no names. */
const MAX_NAME_CHARACTERS = 255;

/** The longest label of DNS, in bytes. */
export const MAX_LABEL_BYTES = 63;

const HEADER_BYTES = 12;
const AUTHORITATIVE = 1 << 10;

/** Reads and writes DNS messages, by the package `dns-packet`. */
export class DnsCodec {
  private constructor(private readonly library: typeof DnsPacket) {}

  /**
   * Loads the package.
   *
   * @throws {@link MdnsUnavailableError} - It is not installed.
   */
  static load(): DnsCodec {
    try {
      return new DnsCodec(createRequire(__filename)("dns-packet") as typeof DnsPacket);
    } catch (error) {
      throw new MdnsUnavailableError(
        "mDNS needs the package dns-packet, which is not installed: npm install dns-packet",
        {},
        { cause: error },
      );
    }
  }

  encode({ kind, id, questions, answers, authorities, additionals }: DnsMessage): Buffer {
    return this.library.encode({
      type: kind,
      id,
      flags: kind === "response" ? AUTHORITATIVE : 0,
      questions: questions.map(({ name, type }) => ({ name, type: type as "A", class: "IN" as const })),
      answers: answers.map(toLibrary),
      authorities: authorities.map(toLibrary),
      additionals: additionals.map(toLibrary),
    });
  }

  /** @returns Nothing where the bytes are no message that is taken. */
  decode(bytes: Buffer): DnsMessage | undefined {
    if (bytes.length < HEADER_BYTES || bytes.length > MAX_MESSAGE_BYTES) return undefined;
    const entries = [4, 6, 8, 10].reduce((sum, at) => sum + bytes.readUInt16BE(at), 0);
    if (entries > MAX_ENTRIES) return undefined;
    try {
      const { type, id = 0, questions, answers, authorities, additionals } = this.library.decode(bytes);
      return {
        kind: type === "response" ? "response" : "query",
        id,
        questions: (questions ?? []).filter(({ name }) => name.length <= MAX_NAME_CHARACTERS),
        answers: (answers ?? []).flatMap(fromLibrary),
        authorities: (authorities ?? []).flatMap(fromLibrary),
        additionals: (additionals ?? []).flatMap(fromLibrary),
      };
    } catch {
      // Anyone in the network may send anything.
      return undefined;
    }
  }

  /**
   * Which of two claims to one name holds: the one whose bytes come later (RFC 6762, 8.2).
   *
   * @returns Negative if the first comes earlier, 0 if they are the same.
   */
  compare(one: ServiceLocation, other: ServiceLocation): number {
    return Buffer.compare(this.locationBytes(one), this.locationBytes(other));
  }

  private locationBytes({ target, port }: ServiceLocation): Buffer {
    const record = { name: "x", type: "SRV" as const, data: { target: target.toLowerCase(), port } };
    return this.library.encode({ type: "response", answers: [record] });
  }
}

/**
 * Whether a name that was read can be written: what is empty, or grew because its bytes were no text, would spoil the whole
 * message that asks for it.
 */
function isWritable(name: string): boolean {
  const labels = name.split(".").map((label) => Buffer.byteLength(label));
  return labels.every((length) => length > 0 && length <= MAX_LABEL_BYTES);
}

/** Names of DNS are the same in upper and lower case. */
export function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function toLibrary({ name, ttl, flush, ...record }: DnsRecord) {
  const shared = { name, ttl, flush, class: "IN" as const };
  switch (record.type) {
    case "SRV":
      return { ...shared, type: record.type, data: { ...record.data, priority: 0, weight: 0 } };
    case "TXT":
      // The library writes into the list that it is given.
      return { ...shared, type: record.type, data: [...record.data] };
    default:
      return { ...shared, type: record.type, data: record.data };
  }
}

function fromLibrary(answer: unknown): DnsRecord[] {
  const { name, type, ttl, flush, data, class: kind } = answer as Readonly<Record<string, unknown>>;
  if (typeof name !== "string" || name.length > MAX_NAME_CHARACTERS || kind !== "IN") return [];
  if (typeof ttl !== "number") return [];
  const shared = { name, ttl, flush: flush === true };
  switch (type) {
    case "PTR":
      return typeof data === "string" && isWritable(data) ? [{ ...shared, type, data }] : [];
    case "A":
    case "AAAA":
      return typeof data === "string" ? [{ ...shared, type, data }] : [];
    case "SRV":
      return isLocation(data) ? [{ ...shared, type, data: { target: data.target, port: data.port } }] : [];
    case "TXT":
      return Array.isArray(data)
        ? [{ ...shared, type, data: data.filter((each) => Buffer.isBuffer(each)) }]
        : [];
    default:
      return [];
  }
}

function isLocation(data: unknown): data is ServiceLocation {
  if (typeof data !== "object" || data === null) return false;
  const { target, port } = data as Readonly<Record<string, unknown>>;
  if (typeof target !== "string" || typeof port !== "number") return false;
  return target.length <= MAX_NAME_CHARACTERS && isWritable(target);
}
