import { hasControlCharacters } from "../wire/control-characters";

/** What a service says of itself (RFC 6763, 6). */
export type ServiceText = ReadonlyMap<string, string>;

/** The longest entry that the format has room for, in bytes. */
const MAX_ENTRY_BYTES = 255;

const MAX_ENTRIES = 32;

/** Entries that have no room are left out: whoever reads takes what is there. */
export function encodeServiceText(text: Readonly<Record<string, string>>): readonly Buffer[] {
  return Object.entries(text)
    .map(([key, value]) => Buffer.from(`${key}=${value}`))
    .filter(({ length }) => length <= MAX_ENTRY_BYTES);
}

/** What can be read of it; the first of two entries with one key counts (RFC 6763, 6.4). */
export function decodeServiceText(entries: readonly Buffer[]): ServiceText {
  const text = new Map<string, string>();
  for (const entry of entries.slice(0, MAX_ENTRIES)) {
    const [key = "", ...rest] = entry.toString("utf8").split("=");
    const value = rest.join("=");
    const name = key.toLowerCase();
    if (name === "" || text.has(name) || hasControlCharacters(value)) continue;
    text.set(name, value);
  }
  return text;
}
