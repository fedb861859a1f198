import { encodeJson } from "../../wire/json";
import { type Paint } from "../terminal/colours";
import { printable } from "../terminal/printable";
import { IN_SHORT } from "./array-text";

/** A value as one line of JSON, with arrays in short, coloured where colours are on. */
export function valueText(value: unknown, { green, yellow, cyan, magenta }: Paint): string {
  return printable(encodeJson(value, "", IN_SHORT)).replace(
    TOKENS,
    (token, title?: string, text?: string, colon?: string, word?: string, comma?: string) => {
      if (title !== undefined) return title;
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

/** What is said of an array; a string, with the colon after it if it is a key; a word; a comma; a number. */
const TOKENS =
  /((?:NdArray<\w+>|\w+Array|Buffer)\([\d×]*\))|("(?:\\.|[^"\\])*")(:)?|\b(true|false|null)\b|(,)|-?(?:\d[\d.eE+-]*|NaN|Infinity)/g;
