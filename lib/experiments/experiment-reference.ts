import { ValidationError } from "../errors";

/** What an experiment reference is made of. */
export interface ReferenceParts {
  /** `yyyy-mm-dd`, or a `Date` of which the local calendar day is taken. */
  readonly date: string | Date;
  /** The number of the experiment on that day. */
  readonly sequence: number;
  /** Letters, digits, `_`, `-` and `.`. */
  readonly subject: string;
}

const REFERENCE = /^(\d{4}-\d{2}-\d{2})_(\d+)_(.*)$/s;
const SUBJECT = /^[\w.-]+$/;
const SHAPE = "yyyy-mm-dd_n_subject, such as 2022-01-01_1_mouse";

/** Names one experiment: `2022-01-01_1_subject` (iblutil io.net). */
export class ExperimentReference {
  private constructor(
    /** `yyyy-mm-dd`, a day that exists. */
    readonly date: string,
    readonly sequence: number,
    readonly subject: string,
  ) {}

  /**
   * @param value - A text, the parts of a reference, or a reference.
   * @throws ValidationError that says which part is wrong.
   */
  static from(value: string | ReferenceParts): ExperimentReference {
    if (typeof value === "string") return ExperimentReference.parse(value);
    const date = typeof value.date === "string" ? value.date : localDay(value.date);
    checkDay(date);
    if (!Number.isSafeInteger(value.sequence) || value.sequence < 0) {
      throw new ValidationError(`the sequence of an experiment is a whole number, not ${value.sequence}`);
    }
    if (!SUBJECT.test(value.subject)) {
      throw new ValidationError(`a subject has letters, digits, "_", "-" and ".", not "${value.subject}"`);
    }
    return new ExperimentReference(date, value.sequence, value.subject);
  }

  /** @throws ValidationError that says which part is wrong. */
  static parse(text: string): ExperimentReference {
    const [, date, sequence, subject] = REFERENCE.exec(text) ?? [];
    if (date === undefined || sequence === undefined || subject === undefined) {
      throw new ValidationError(`"${text}" is no experiment reference; its form is ${SHAPE}`);
    }
    return ExperimentReference.from({ date, sequence: Number(sequence), subject });
  }

  /** @throws ValidationError that says which part is wrong. */
  static format(value: string | ReferenceParts): string {
    return ExperimentReference.from(value).toString();
  }

  /** `2022-01-01_1_mouse`. */
  toString(): string {
    return `${this.date}_${this.sequence}_${this.subject}`;
  }

  /** As {@link toString}: in a message it is a text. */
  toJSON(): string {
    return this.toString();
  }
}

function localDay(date: Date): string {
  const month = String(date.getMonth() + 1).padStart(2, "0");
  const day = String(date.getDate()).padStart(2, "0");
  return `${String(date.getFullYear()).padStart(4, "0")}-${month}-${day}`;
}

function checkDay(date: string): void {
  const midnight = new Date(`${date}T00:00:00Z`);
  const exists = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(`${date}T`);
  if (!exists || date.startsWith("0000")) {
    throw new ValidationError(`"${date}" is no day of the calendar; its form is yyyy-mm-dd`);
  }
}
