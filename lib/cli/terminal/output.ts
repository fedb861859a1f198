import { encodeJson } from "../../wire/json";
import { AS_JSON } from "../contract/array-text";
import { hasColours, paint, type Paint } from "./colours";
import { printable, printableOutput } from "./printable";

const USUAL_COLUMNS = 80;

/** How a command prints: results to stdout, everything else to stderr. */
export class Output {
  /** Machine-readable: every result is a line of JSON, and nothing else is printed. */
  readonly json: boolean;
  /** Errors come with their traces, and what happens in between is told. */
  readonly verbose: boolean;
  /** Colours of stdout. */
  readonly paint: Paint;
  /** Colours of stderr. */
  readonly notePaint: Paint;

  constructor(
    private readonly stdout: NodeJS.WriteStream,
    private readonly stderr: NodeJS.WriteStream,
    {
      json,
      verbose,
      env,
    }: { readonly json: boolean; readonly verbose: boolean; readonly env: NodeJS.ProcessEnv },
  ) {
    this.json = json;
    this.verbose = verbose;
    this.paint = paint(!json && hasColours(stdout, env));
    this.notePaint = paint(!json && hasColours(stderr, env));
  }

  /** Whether a person looks at what is printed: pictures move only then. */
  get isLive(): boolean {
    return !this.json && this.stdout.isTTY;
  }

  /** Whether stderr can show something for a while and take it away again. */
  get canSpin(): boolean {
    return !this.json && this.stderr.isTTY;
  }

  /** Of the terminal; a pipe has no end. */
  get columns(): number {
    return this.stdout.isTTY ? this.stdout.columns : Infinity;
  }

  get rows(): number {
    return this.stdout.isTTY ? this.stdout.rows : Infinity;
  }

  /** Of the terminal that shows what is printed on the side. */
  get noteColumns(): number {
    // A pseudo-terminal that nobody gave a size has 0.
    return this.stderr.isTTY ? this.stderr.columns || USUAL_COLUMNS : Infinity;
  }

  line(text = ""): void {
    this.stdout.write(`${printableOutput(text)}\n`);
  }

  /** As it is: bytes, or a picture that is drawn over an earlier one. */
  raw(data: string | Uint8Array): void {
    this.stdout.write(data);
  }

  /** One JSON line, arrays as lists; numbers and large integers as `encodeJson` writes them. */
  record(record: object): void {
    this.stdout.write(`${printable(encodeJson(record, "", AS_JSON))}\n`);
  }

  /** A line on the side; not where machines read. */
  note(text: string): void {
    if (!this.json) this.stderr.write(`${printableOutput(text)}\n`);
  }

  /** Takes away what the terminal shows of a pressed key, as `^C`. */
  eraseKeys(): void {
    if (this.canSpin) this.stderr.write("\r\u001b[K");
  }

  /** To stderr as it is. */
  rawNote(text: string): void {
    this.stderr.write(text);
  }
}
