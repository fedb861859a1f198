import { encodeJson } from "../../wire/json";
import { type Paint } from "../terminal/colours";
import { printable } from "../terminal/printable";

/** A value as one line of JSON, coloured where colours are on. */
export function valueText(value: unknown, { green, yellow, cyan, magenta }: Paint): string {
  return printable(encodeJson(value)).replace(
    TOKENS,
    (token, text?: string, colon?: string, word?: string, comma?: string) => {
      if (comma !== undefined) return ", ";
      if (word !== undefined) return magenta(token);
      if (text === undefined) return yellow(token);
      return colon === undefined ? green(text) : `${cyan(text)}: `;
    },
  );
}

/** A value alone on its line, for scripts as well: a text stands without quotes. */
export function bareValueText(value: unknown, colours: Paint): string {
  return typeof value === "string" ? printable(value) : valueText(value, colours);
}

/** A string, with the colon after it if it is a key; a word; a comma; a number. */
const TOKENS = /("(?:\\.|[^"\\])*")(:)?|\b(true|false|null)\b|(,)|-?(?:\d[\d.eE+-]*|NaN|Infinity)/g;
