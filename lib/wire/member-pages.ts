import { type JsonSchema } from "../contract/rule-keywords";
import { MalformedMessageError } from "../errors";
import { frameBytes } from "./frame";
import { encodeJson } from "./json";
import {
  type ContractDescription,
  decodeDefinitions,
  decodeMembers,
  type MemberDescription,
} from "./member-description";
import { isBytes, isObject, type ReceivedReply } from "./message";
import { decodeReply } from "./replies";
import { DEFAULT_MAX_TEXT_BYTES } from "./text-bounds";

/**
 * No inventory and no page has a longer text, in bytes: beyond it a slow line is blocked, and a browser's page held up, for
 * too long at a time. Only what describes one thing alone may be longer, and stands in a page of its own.
 */
export const MAX_PAGE_BYTES = 64_000;

/** What a client takes: no device that is meant to be used has more to say. */
export const MAX_PAGES = 64;

/** The same in bytes, all pages together: as much as an inventory may have in one piece. */
const MAX_BYTES = DEFAULT_MAX_TEXT_BYTES;

/** What a page has around its entries. */
const AROUND_BYTES = 100;

type Key = "members" | "definitions";

/** Divides what is said of the members of a contract: the texts of the replies to `GET_MEMBERS`. */
export function memberPages({ members, definitions = {} }: ContractDescription): readonly string[] {
  const pages: Record<Key, string[]>[] = [];
  let room = 0;
  const add = (key: Key, name: string, value: object) => {
    const entry = `${encodeJson(name)}:${encodeJson(value)}`;
    const bytes = frameBytes(entry) + 1;
    let page = pages.at(-1);
    if (page === undefined || bytes > room) {
      page = { members: [], definitions: [] };
      pages.push(page);
      room = MAX_PAGE_BYTES - AROUND_BYTES;
    }
    page[key].push(entry);
    room -= bytes;
  };
  for (const [name, member] of Object.entries(members)) add("members", name, member);
  for (const [name, schema] of Object.entries(definitions)) add("definitions", name, schema);
  return pages.map(
    ({ members: described, definitions: defined }, page) =>
      `{"success":true,"page":${page},"members":{${described.join()}},"definitions":{${defined.join()}}}`,
  );
}

/** What all pages of a device say together, as they come in; nothing of it counts before all are there. */
export class CollectedPages {
  readonly members = new Map<string, MemberDescription>();
  private readonly defined = new Map<string, JsonSchema>();
  private bytes = 0;

  /**
   * @param pages - How many the device announced.
   * @throws MalformedMessageError for more than are taken.
   */
  constructor(readonly pages: number) {
    if (pages > MAX_PAGES) {
      throw new MalformedMessageError(
        `the device describes its members in ${pages} pages, more than the ${MAX_PAGES} that are taken`,
      );
    }
  }

  get definitions(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries(this.defined);
  }

  /**
   * Takes the reply to one question.
   *
   * @throws MalformedMessageError for what is no such page, says again what another one said, or is too much.
   */
  add(page: number, reply: ReceivedReply): void {
    const wrong = (what: string) =>
      new MalformedMessageError(`page ${page} of what the device says of its members ${what}`);
    const [body] = reply;
    if (body !== undefined) this.bytes += isBytes(body) ? body.byteLength : frameBytes(encodeJson(body));
    // Before anything is made of it.
    if (this.bytes > MAX_BYTES)
      throw wrong(`makes more than the ${MAX_BYTES} bytes that are taken of them all`);
    const decoded = decodeReply(reply);
    if (decoded.kind === "failure") throw wrong(`was refused: ${decoded.failure.error}`);
    if (decoded.kind === "buffer") throw wrong("is a buffer");
    const { page: told, members, definitions } = decoded.body;
    if (told !== page) throw wrong(`came as page ${typeof told === "number" ? told : typeof told}`);
    if (!isObject(members) || !isObject(definitions)) throw wrong("is none");
    for (const [name, member] of decodeMembers(members)) {
      if (this.members.has(name)) throw wrong(`describes ${JSON.stringify(name)} again`);
      this.members.set(name, member);
    }
    for (const [name, schema] of Object.entries(decodeDefinitions(definitions))) {
      if (this.defined.has(name)) throw wrong(`defines ${JSON.stringify(name)} again`);
      this.defined.set(name, schema);
    }
  }
}
