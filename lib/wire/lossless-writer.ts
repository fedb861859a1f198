import { EncodingError, messageOf } from "../errors";
import { isSendableArray, looksLikeReference } from "./array-reference";
import { type ArrayWriter } from "./outgoing-arrays";
import { unsendable } from "./unsendable";

/**
 * Writes any value that JSON can hold, with non-finite numbers bare, bigints as their digits and negative zero as
 * `-0.0`. A number past 2^53 is a float to its sender, so it is written as one (`1e20` as `100000000000000000000.0`).
 *
 * @param place - What the value is, for the error; may be empty.
 * @param arrays - Gets the arrays that travel as bytes; left out, they are refused.
 * @throws EncodingError for what JSON cannot carry, with the path to it, and for nesting that exhausts the stack.
 */
export function writeLossless(value: unknown, place: string, arrays?: ArrayWriter): string {
  try {
    return new LosslessWriter(place, arrays).write(value, "") ?? "null";
  } catch (error) {
    if (error instanceof EncodingError) throw error;
    throw new EncodingError(`the value cannot be sent as JSON: ${messageOf(error)}`, {}, { cause: error });
  }
}

class LosslessWriter {
  /** The objects that are being written, outermost first: meeting one again is a cycle. */
  private readonly open = new Set<object>();
  /** The keys and indices from the whole value to the one that is being written. */
  private readonly path: (string | number)[] = [];

  constructor(
    private readonly place: string,
    private readonly arrays?: ArrayWriter,
  ) {}

  /** `undefined` for what JSON leaves out. */
  write(given: unknown, key: string): string | undefined {
    if (this.arrays !== undefined && isSendableArray(given)) {
      return this.arrays.add(given, pathText(this.place, this.path));
    }
    const value = asPlainValue(given, key);
    const problem = unsendable(value);
    if (problem !== undefined) throw this.refused(problem);
    switch (typeof value) {
      case "string":
        return JSON.stringify(value);
      case "number":
        return numberText(value);
      case "bigint":
      case "boolean":
        return String(value);
      case "object":
        return value === null ? "null" : this.structure(value);
      default:
        return undefined;
    }
  }

  private structure(value: object): string {
    if (this.open.has(value)) {
      const where = pathText(this.place, this.path);
      const found = where === "" ? "" : ` (${where})`;
      throw new EncodingError(`a value that contains itself cannot be sent as JSON${found}`);
    }
    if (this.arrays?.isStrict === true && looksLikeReference(value)) {
      throw this.refused(
        'an object with nothing but "nd" beside arrays would be taken for one: name it otherwise',
      );
    }
    this.open.add(value);
    const text = Array.isArray(value) ? this.array(value) : this.object(value);
    this.open.delete(value);
    return text;
  }

  private array(array: readonly unknown[]): string {
    // Array.from reads holes too; JSON writes them as null.
    return `[${Array.from(array, (item, index) => this.member(item, index) ?? "null").join(",")}]`;
  }

  private object(object: object): string {
    const members: string[] = [];
    for (const [key, value] of Object.entries(object)) {
      const text = this.member(value, key);
      if (text !== undefined) members.push(`${JSON.stringify(key)}:${text}`);
    }
    return `{${members.join(",")}}`;
  }

  private member(value: unknown, key: string | number): string | undefined {
    this.path.push(key);
    const text = this.write(value, String(key));
    this.path.pop();
    return text;
  }

  private refused(problem: string): EncodingError {
    const where = pathText(this.place, this.path);
    return new EncodingError(where === "" ? problem : `${where}: ${problem}`);
  }
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** `result.frames[3].data` */
function pathText(place: string, path: readonly (string | number)[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    if (!IDENTIFIER.test(key)) return `${text}[${JSON.stringify(key)}]`;
    return text === "" ? key : `${text}.${key}`;
  }, place);
}

/** What an object says of itself (`toJSON`), as with `JSON.stringify`; bytes are refused before they can. */
function asPlainValue(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || unsendable(value) !== undefined) return value;
  return hasToJson(value) ? value.toJSON(key) : value;
}

function hasToJson(value: object): value is { toJSON(key: string): unknown } {
  return "toJSON" in value && typeof value.toJSON === "function";
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  return Math.abs(value) > Number.MAX_SAFE_INTEGER && !text.includes("e") ? `${text}.0` : text;
}
