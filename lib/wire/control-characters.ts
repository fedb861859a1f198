const CONTROL_CHARACTER = /\p{Cc}/u;

/** Whether a text that others gave holds what would end a line of a log, or drive a terminal. */
export function hasControlCharacters(text: string): boolean {
  return CONTROL_CHARACTER.test(text);
}
