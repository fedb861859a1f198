import { WrittenFloat } from "../contract/written-float";

/**
 * Reads JSON in which numbers may be `NaN`, `Infinity`, `-Infinity` or integers of any size. The time grows with the
 * length alone.
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

const SPACE = 0x20;
const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const SMALL_E = 0x65;
const CAPITAL_E = 0x45;

const WORDS: ReadonlyMap<number, readonly [string, unknown]> = new Map(
  [
    ["true", true],
    ["false", false],
    ["null", null],
    ["NaN", NaN],
    ["Infinity", Infinity],
  ].map(([word, value]) => [String(word).charCodeAt(0), [String(word), value]]),
);

const MINUS_INFINITY = "-Infinity";

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
    const code = this.text.charCodeAt(this.position);
    switch (code) {
      case OPEN_OBJECT:
        return this.object();
      case OPEN_LIST:
        return this.array();
      case QUOTE:
        return this.string();
      default:
        return code === MINUS || isDigit(code) ? this.number() : this.word(code);
    }
  }

  private object(): object {
    const object: Record<string, unknown> = {};
    this.position += 1;
    this.skipWhitespace();
    if (this.take(CLOSE_OBJECT)) return object;
    do {
      this.skipWhitespace();
      if (this.text.charCodeAt(this.position) !== QUOTE) throw this.unexpected();
      const key = this.string();
      this.skipWhitespace();
      if (!this.take(COLON)) throw this.unexpected();
      const value = this.value();
      if (key === "__proto__") defineOwn(object, key, value);
      else object[key] = value;
      this.skipWhitespace();
    } while (this.take(COMMA));
    if (!this.take(CLOSE_OBJECT)) throw this.unexpected();
    return object;
  }

  private array(): unknown[] {
    const array: unknown[] = [];
    this.position += 1;
    this.skipWhitespace();
    if (this.take(CLOSE_LIST)) return array;
    do {
      array.push(this.value());
      this.skipWhitespace();
    } while (this.take(COMMA));
    if (!this.take(CLOSE_LIST)) throw this.unexpected();
    return array;
  }

  private string(): string {
    const { text } = this;
    const begin = this.position;
    let isPlain = true;
    let at = begin + 1;
    for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(++at)) {
      if (at >= text.length) throw new SyntaxError("JSON ends within a string");
      if (code >= SPACE && code !== BACKSLASH) continue;
      isPlain = false;
      if (code === BACKSLASH) at += 1;
    }
    this.position = at + 1;
    return isPlain ? text.slice(begin + 1, at) : (JSON.parse(text.slice(begin, at + 1)) as string);
  }

  private word(code: number): unknown {
    const known = WORDS.get(code);
    if (known === undefined || !this.text.startsWith(known[0], this.position)) throw this.unexpected();
    this.position += known[0].length;
    return known[1];
  }

  private number(): unknown {
    const { text } = this;
    const begin = this.position;
    const isNegative = text.charCodeAt(begin) === MINUS;
    let at = isNegative ? begin + 1 : begin;
    if (isNegative && text.startsWith(MINUS_INFINITY, begin)) {
      this.position += MINUS_INFINITY.length;
      return -Infinity;
    }
    const whole = text.charCodeAt(at) === ZERO ? at + 1 : this.afterDigits(at);
    if (whole === at) throw this.unexpected();
    at = this.afterExponent(this.afterFraction(whole));
    this.position = at;
    if (at > whole) return this.toFloat(text.slice(begin, at));
    return this.integer(begin, at);
  }

  /** Where the digits end that begin there. */
  private afterDigits(begin: number): number {
    let at = begin;
    while (isDigit(this.text.charCodeAt(at))) at += 1;
    return at;
  }

  private afterFraction(at: number): number {
    if (this.text.charCodeAt(at) !== POINT) return at;
    const end = this.afterDigits(at + 1);
    return end > at + 1 ? end : at;
  }

  private afterExponent(at: number): number {
    const code = this.text.charCodeAt(at);
    if (code !== SMALL_E && code !== CAPITAL_E) return at;
    const sign = this.text.charCodeAt(at + 1);
    const digits = sign === PLUS || sign === MINUS ? at + 2 : at + 1;
    const end = this.afterDigits(digits);
    return end > digits ? end : at;
  }

  private integer(begin: number, end: number): unknown {
    if (end - begin === 1) return this.text.charCodeAt(begin) - ZERO;
    const digits = this.text.slice(begin, end);
    const value = Number(digits);
    if (Number.isSafeInteger(value)) return value;
    if (digits.length > MAX_INTEGER_DIGITS) {
      throw new SyntaxError(`an integer of ${digits.length} digits is longer than ${MAX_INTEGER_DIGITS}`);
    }
    return BigInt(digits);
  }

  private skipWhitespace(): void {
    const { text } = this;
    let code = text.charCodeAt(this.position);
    while (code === SPACE || code === LINE_FEED || code === CARRIAGE_RETURN || code === TAB) {
      code = text.charCodeAt(++this.position);
    }
  }

  private take(code: number): boolean {
    if (this.text.charCodeAt(this.position) !== code) return false;
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

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

/** Defined, not assigned: the key "__proto__" must stay an ordinary one. */
function defineOwn(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}
