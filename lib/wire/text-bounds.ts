/** The longest JSON text that is taken where the user sets no limit, in bytes. Large data travels as bytes beside it. */
export const DEFAULT_MAX_TEXT_BYTES = 4 * 1024 * 1024;

/** Lists and objects within each other. */
export const MAX_NESTING = 1_000;

/** Members of one object. */
export const MAX_MEMBERS = 65_536;

/** A text may hold one object, list or member for so many of the bytes that are allowed: each costs up to 1 µs. */
const BYTES_PER_STRUCTURE = 40;

/** And one value for so many. */
const BYTES_PER_VALUE = 8;

/** However short texts must be, they may hold as much as a batch of small requests does. */
const LEAST_STRUCTURES = 32_768;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * What a JSON text has too much of, found in one pass over its bytes, before anything is made of it: reading what stays
 * within the bounds takes a time that is bounded as well. A text that is no JSON may pass.
 *
 * @param maxTextBytes - The longest text that is taken; how much it may hold grows with it.
 * @returns What is wrong and how it is mended, as the end of a sentence about the text; nothing where all is well.
 */
export function excessOf(text: Uint8Array, maxTextBytes: number): string | undefined {
  if (text.length > maxTextBytes) {
    return `has ${text.length} bytes of text, more than the ${maxTextBytes} that are taken: ${CURE}`;
  }
  // Too short for any of what is counted, unless it is nested.
  if (text.length <= LEAST_STRUCTURES && !hasManyOpenings(text)) return undefined;
  return countedExcess(text, maxTextBytes);
}

/** As {@link excessOf}, for a text that is to be sent. */
export function excessOfOutgoing(text: string, maxTextBytes: number): string | undefined {
  return text.length <= MAX_NESTING && text.length * 3 <= maxTextBytes
    ? undefined
    : excessOf(encoder.encode(text), maxTextBytes);
}

const CURE =
  "raise maxTextBytes on the device and on its clients, or send less at a time; large data travels as bytes";

const encoder = new TextEncoder();

/** So that what is short and flat need not be looked at byte by byte. */
function hasManyOpenings(text: Uint8Array): boolean {
  if (text.length <= MAX_NESTING) return false;
  let openings = 0;
  for (const opening of [OPEN_LIST, OPEN_OBJECT]) {
    for (let at = text.indexOf(opening); at >= 0; at = text.indexOf(opening, at + 1)) {
      if (++openings > MAX_NESTING) return true;
    }
  }
  return false;
}

/** Of the objects that are open, from the outermost; for one text at a time. */
const memberCounts = new Uint32Array(MAX_NESTING + 1);

function countedExcess(text: Uint8Array, maxTextBytes: number): string | undefined {
  const maxStructures = Math.max(Math.floor(maxTextBytes / BYTES_PER_STRUCTURE), LEAST_STRUCTURES);
  const maxValues = Math.max(Math.floor(maxTextBytes / BYTES_PER_VALUE), LEAST_STRUCTURES);
  let depth = 0;
  let structures = 0;
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case COMMA:
        values += 1;
        break;
      case COLON: {
        structures += 1;
        const members = (memberCounts[depth] ?? 0) + 1;
        memberCounts[depth] = members;
        if (members > MAX_MEMBERS) return `has an object of more than ${MAX_MEMBERS} members: use a list`;
        break;
      }
      case OPEN_LIST:
      case OPEN_OBJECT:
        structures += 1;
        depth += 1;
        if (depth > MAX_NESTING) return `is nested more than ${MAX_NESTING} deep: send it flatter`;
        memberCounts[depth] = 0;
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        // No JSON; the parser will say so.
        if (depth === 0) return undefined;
        depth -= 1;
        break;
      default:
    }
  }
  if (structures > maxStructures) {
    return `holds ${structures} objects, lists and members, more than the ${maxStructures} that are taken: ${CURE}`;
  }
  return values > maxValues
    ? `holds ${values} values, more than the ${maxValues} that are taken: ${CURE}`
    : undefined;
}

function endOfString(text: Uint8Array, begin: number): number {
  let at = begin + 1;
  for (let byte = text[at]; byte !== QUOTE && at < text.length; byte = text[++at])
    if (byte === BACKSLASH) at += 1;
  return at;
}
