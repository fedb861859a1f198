import { countField, type Fields, textField } from "../discovery/checked-fields";
import { MalformedMessageError, messageOf } from "../errors";
import { encodeJson } from "../wire/json";
import { decodeObject } from "../wire/message";
import { type AnnouncedDevice, announcedDeviceOf, announcedFields } from "./announced-device";

/** What a process tells of its devices, unasked. */
export type FleetNews =
  /** It is there, with what it told up to this revision. Told again and again: who falls silent is lost. */
  | { readonly kind: "alive"; readonly revision: number }
  /** Its devices have changed; the revision is one more than that of the change before. */
  | {
      readonly kind: "changed";
      readonly revision: number;
      /** New ones, and known ones about which something changed. */
      readonly added: readonly AnnouncedDevice[];
      /** Their instances. */
      readonly removed: readonly string[];
    }
  /** It closes, and its devices are gone. */
  | { readonly kind: "left" };

/** One page of a process's answer to a question. */
export interface FleetPage {
  readonly site: string;
  readonly announcer: string;
  /** What it told up to this revision is in the answer. */
  readonly revision: number;
  /** From 0. */
  readonly page: number;
  readonly pages: number;
  readonly devices: readonly AnnouncedDevice[];
}

/** A page holds so many bytes of devices at most; NATS takes 1 MiB where nobody configured less. */
export const PAGE_BYTES = 32 * 1024;

/** What a page may hold when it is read, with room for one device of the longest fields. */
const MAX_MESSAGE_BYTES = 256 * 1024;
const MAX_PAGES = 4_096;
const MAX_ID_LENGTH = 128;

const ALIVE = "rigwire.fleet.v1.alive";
const CHANGED = "rigwire.fleet.v1.changed";
const LEFT = "rigwire.fleet.v1.left";
const DEVICES = "rigwire.fleet.v1.devices";

/** Told what is wrong with a device that cannot be read. */
export type OnUnreadable = (problem: string) => void;

export function encodeNews(news: FleetNews): Uint8Array {
  return bytesOf(newsFields(news));
}

function newsFields(news: FleetNews): Fields {
  switch (news.kind) {
    case "alive":
      return { type: ALIVE, revision: news.revision };
    case "changed":
      return {
        type: CHANGED,
        revision: news.revision,
        added: news.added.map(announcedFields),
        removed: news.removed,
      };
    case "left":
      return { type: LEFT };
  }
}

/**
 * @param onUnreadable - Told of each device that is none; the others count.
 * @throws MalformedMessageError for what is no news.
 */
export function decodeNews(data: Uint8Array, onUnreadable: OnUnreadable): FleetNews {
  const fields = decodeObject(data, MAX_MESSAGE_BYTES);
  switch (fields.type) {
    case ALIVE:
      return { kind: "alive", revision: countField(fields, "revision") };
    case CHANGED:
      return {
        kind: "changed",
        revision: countField(fields, "revision"),
        added: devicesOf(fields.added, onUnreadable),
        removed: instancesOf(fields.removed),
      };
    case LEFT:
      return { kind: "left" };
    default:
      throw new MalformedMessageError("the message is no news of a fleet");
  }
}

/** @param texts - Of the page's devices, as {@link deviceText} makes them. */
export function encodePage(page: Omit<FleetPage, "devices">, texts: readonly string[]): Uint8Array {
  const head = encodeJson({ type: DEVICES, ...page });
  return encoder.encode(`${head.slice(0, -1)},"devices":[${texts.join(",")}]}`);
}

/** A device as pages hold it. */
export function deviceText(device: AnnouncedDevice): string {
  return encodeJson(announcedFields(device));
}

/**
 * @param onUnreadable - Told of each device that is none; the others count.
 * @throws MalformedMessageError for what is no page.
 */
export function decodePage(data: Uint8Array, onUnreadable: OnUnreadable): FleetPage {
  const fields = decodeObject(data, MAX_MESSAGE_BYTES);
  if (fields.type !== DEVICES) throw new MalformedMessageError("the answer is no page of devices");
  const [page, pages] = [countField(fields, "page"), countField(fields, "pages")];
  if (page >= pages || pages > MAX_PAGES) throw new MalformedMessageError(`page ${page} of ${pages} is none`);
  return {
    site: textField(fields, "site", MAX_ID_LENGTH),
    announcer: textField(fields, "announcer", MAX_ID_LENGTH),
    revision: countField(fields, "revision"),
    page,
    pages,
    devices: devicesOf(fields.devices, onUnreadable),
  };
}

function devicesOf(list: unknown, onUnreadable: OnUnreadable): readonly AnnouncedDevice[] {
  if (!Array.isArray(list)) throw new MalformedMessageError("the devices are no list");
  return list.flatMap((fields: unknown) => {
    try {
      return [announcedDeviceOf(fields)];
    } catch (error) {
      onUnreadable(messageOf(error));
      return [];
    }
  });
}

function instancesOf(list: unknown): readonly string[] {
  if (!Array.isArray(list)) throw new MalformedMessageError('"removed" is no list');
  return list.filter((instance): instance is string => typeof instance === "string");
}

const encoder = new TextEncoder();

function bytesOf(fields: Fields): Uint8Array {
  return encoder.encode(encodeJson(fields));
}

/** Devices in order, as many on each page as its bytes allow, and one at least. */
export function paged<T>(items: readonly T[], bytesOfItem: (item: T) => number): readonly (readonly T[])[] {
  const pages: T[][] = [];
  let bytes = Infinity;
  for (const item of items) {
    const size = bytesOfItem(item);
    const page = pages.at(-1);
    if (page === undefined || bytes + size > PAGE_BYTES) {
      pages.push([item]);
      bytes = size;
    } else {
      page.push(item);
      bytes += size;
    }
  }
  return pages;
}
