import { readFileSync } from "node:fs";
import { KeyError, messageOf } from "../../../errors";

/**
 * The text of a PEM file.
 *
 * @param given - The text itself, or the path of the file.
 * @param what - For the error.
 * @throws KeyError if the file cannot be read.
 */
export function pemText(given: string, what: string): string {
  if (given.includes("-----BEGIN ")) return given;
  try {
    return readFileSync(given, "utf8");
  } catch (error) {
    throw new KeyError(`${what} cannot be read: ${messageOf(error)}`, {}, { cause: error });
  }
}
