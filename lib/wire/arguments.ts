import { type ArrayWriter } from "./outgoing-arrays";
import { encodeJson } from "./json";
import { isPlainJson } from "./plain-json";

/**
 * The arguments of a call or a signal as a JSON list.
 *
 * @param nameOf - What errors call an argument, by its place. Default: `argument 1`, `argument 2`, …
 * @param arrays - Gets the arrays that travel as bytes. Left out: they are refused.
 * @throws EncodingError if an argument cannot be sent, with the path to the value.
 */
export function encodeArguments(args: readonly unknown[], nameOf = numbered, arrays?: ArrayWriter): string {
  if (arrays?.isStrict !== true && isPlainJson(args)) return JSON.stringify(args);
  return `[${Array.from(args, (value, index) => encodeJson(value, nameOf(index), arrays)).join(",")}]`;
}

/**
 * The arguments that are given by name as a JSON object; one that is undefined is left out.
 *
 * @throws EncodingError if an argument cannot be sent, with the path to the value.
 */
export function encodeKeywords(kwargs: Readonly<Record<string, unknown>>, arrays?: ArrayWriter): string {
  const given = Object.entries(kwargs).filter(([, value]) => value !== undefined);
  const members = given.map(([name, value]) => `${JSON.stringify(name)}:${encodeJson(value, name, arrays)}`);
  return `{${members.join(",")}}`;
}

function numbered(index: number): string {
  return `argument ${index + 1}`;
}
