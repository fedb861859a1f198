import { WrittenFloat } from "../contract/written-float";

/**
 * Reads JSON in which numbers may be `NaN`, `Infinity`, `-Infinity` or integers of any size.
 *
 * @throws SyntaxError for anything else that is not JSON, and for nesting that exhausts the stack.
 */
export function parseLossless(text: string): unknown {
  return parseWith(text, Number);
}

/**
 * Reads JSON as {@link parseLossless} does, and keeps how numbers with a fraction or an exponent are written.
 *
 * @returns A `WrittenFloat` for each of these.
 * @throws SyntaxError for what is not JSON.
 */
export function parseAsWritten(text: string): unknown {
  return parseWith(text, (digits) => new WrittenFloat(digits));
}

function parseWith(text: string, toFloat: (digits: string) => unknown): unknown {
  try {
    return new LosslessParser(text, toFloat).parse();
  } catch (error) {
    if (error instanceof RangeError) throw new SyntaxError("JSON is nested too deep", { cause: error });
    throw error;
  }
}

/** Python's own limit; reading longer ones takes time that grows with the square of their length. */
const MAX_INTEGER_DIGITS = 4_300;

const WORDS: readonly (readonly [string, unknown])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
];

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const WHITESPACE = /[ \t\r\n]*/y;

class LosslessParser {
  private position = 0;

  constructor(
    private readonly text: string,
    private readonly toFloat: (digits: string) => unknown,
  ) {}

  parse(): unknown {
    const value = this.value();
    this.skipWhitespace();
    if (this.position < this.text.length) throw this.unexpected();
    return value;
  }

  private value(): unknown {
    this.skipWhitespace();
    switch (this.text[this.position]) {
      case "{":
        return this.object();
      case "[":
        return this.array();
      case '"':
        return this.string();
      default:
        return this.word();
    }
  }

  private object(): object {
    const object = {};
    this.elements("}", () => {
      this.skipWhitespace();
      if (this.text[this.position] !== '"') throw this.unexpected();
      const key = this.string();
      this.skipWhitespace();
      if (!this.take(":")) throw this.unexpected();
      // Defined, not assigned: the key "__proto__" must stay an ordinary one.
      Object.defineProperty(object, key, {
        value: this.value(),
        writable: true,
        enumerable: true,
        configurable: true,
      });
    });
    return object;
  }

  private array(): unknown[] {
    const array: unknown[] = [];
    this.elements("]", () => array.push(this.value()));
    return array;
  }

  private elements(end: "}" | "]", readElement: () => void): void {
    this.position += 1;
    this.skipWhitespace();
    if (this.take(end)) return;
    do {
      readElement();
      this.skipWhitespace();
    } while (this.take(","));
    if (!this.take(end)) throw this.unexpected();
  }

  private string(): string {
    let end = this.position;
    do {
      end = this.text.indexOf('"', end + 1);
      if (end < 0) throw new SyntaxError("JSON ends within a string");
    } while (this.isEscaped(end));
    const literal = this.text.slice(this.position, end + 1);
    this.position = end + 1;
    return JSON.parse(literal) as string;
  }

  /** Whether an odd number of backslashes stands before the quote. */
  private isEscaped(quote: number): boolean {
    let first = quote;
    while (this.text[first - 1] === "\\") first -= 1;
    return (quote - first) % 2 === 1;
  }

  private word(): unknown {
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.position)) {
        this.position += word.length;
        return value;
      }
    }
    return this.number();
  }

  private number(): unknown {
    NUMBER.lastIndex = this.position;
    const match = NUMBER.exec(this.text);
    if (match === null) throw this.unexpected();
    const [digits, fraction, exponent] = match;
    this.position += digits.length;
    if (fraction !== undefined || exponent !== undefined) return this.toFloat(digits);
    const value = Number(digits);
    if (Number.isSafeInteger(value)) return value;
    if (digits.length > MAX_INTEGER_DIGITS) {
      throw new SyntaxError(`an integer of ${digits.length} digits is longer than ${MAX_INTEGER_DIGITS}`);
    }
    return BigInt(digits);
  }

  private skipWhitespace(): void {
    WHITESPACE.lastIndex = this.position;
    WHITESPACE.exec(this.text);
    this.position = WHITESPACE.lastIndex;
  }

  private take(character: string): boolean {
    if (this.text[this.position] !== character) return false;
    this.position += 1;
    return true;
  }

  private unexpected(): SyntaxError {
    const found = this.text[this.position];
    return new SyntaxError(
      found === undefined
        ? "JSON ends too early"
        : `unexpected ${JSON.stringify(found)} in JSON at position ${this.position}`,
    );
  }
}
