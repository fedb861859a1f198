import { type Reading, type Timed } from "../../client/timed";
import { type Output } from "./output";
import { printable } from "./printable";
import { isNdArray } from "../../contract/nd-array";
import { isSendableArray, type Sendable } from "../../wire/array-reference";
import { arrayTitle } from "../contract/array-text";
import { arrayCourse, NumberCourse, sparkline } from "./sparkline";
import { displayWidth, fitted } from "./table";
import { formatTime } from "./units";
import { type JsonSchema } from "../../contract/rule-keywords";
import { measuredText } from "../contract/measured-text";
import { timeRecord } from "../contract/reading-text";

/** How many numbers a picture shows. */
const COURSE_LENGTH = 24;

/** Pictures stand below each other, however long the numbers before them, up to this width. */
const WIDEST_NUMBER = 24;

/** Of an array as a line, in characters. */
const WIDEST_LINE = 80;

type Moment = Omit<Timed<unknown>, "value">;

interface Named {
  readonly wireName: string;
}

/** Prints signals, or the items of streams, a line each. */
export class SignalPrinter {
  private readonly width: number;
  private readonly courses = new Map<string, NumberCourse>();
  private numberWidth = 0;

  constructor(
    private readonly output: Output,
    signals: readonly Named[],
    /** What is known of the values of a signal, by its name. */
    private readonly schemaOf: (wireName: string) => JsonSchema | undefined = () => undefined,
  ) {
    this.width = Math.max(...signals.map(({ wireName }) => printable(wireName).length));
  }

  /** @param moment - When it was. Default: now. */
  print(
    { wireName }: Named,
    value: unknown,
    moment: Moment = { time: new Date(), uncertaintyMs: Infinity },
  ): void {
    const { time } = moment;
    if (this.output.json) {
      const { time: text, ...known } = timeRecord(moment);
      this.output.record({ time: text, signal: wireName, value: value ?? null, ...known });
      return;
    }
    const { dim, cyan } = this.output.paint;
    const start = `${dim(formatTime(time))}  ${cyan(printable(wireName).padEnd(this.width))}  `;
    const room = this.output.columns - displayWidth(start);
    const shown = value === undefined ? "" : this.withCourse(wireName, value, room);
    this.output.line(fitted(`${start}${shown}`.trimEnd(), this.output.columns));
  }

  /** A property became stale or bad, or good again. */
  quality(property: string, reading: Reading<unknown>): void {
    const { time, quality, reason } = reading;
    if (this.output.json) {
      const { time: text, ...known } = timeRecord(reading);
      this.output.record({
        time: text,
        property,
        quality,
        ...(reason !== undefined && { reason }),
        ...known,
      });
      return;
    }
    const { dim, cyan, red, yellow, green } = this.output.paint;
    const mark = { good: green, stale: yellow, bad: red }[quality];
    const text = mark(printable(reason === undefined ? quality : `${quality}: ${reason}`));
    this.output.line(`${dim(formatTime(time))}  ${cyan(printable(property).padEnd(this.width))}  ${text}`);
  }

  missed(wireName: string, count: number): void {
    const time = new Date();
    if (this.output.json) {
      this.output.record({ time: time.toISOString(), signal: wireName, missed: count });
      return;
    }
    const { dim, red } = this.output.paint;
    const name = printable(wireName).padEnd(this.width);
    this.output.line(`${dim(formatTime(time))}  ${red(`${name}  ${count} missed`)}`);
  }

  /** The numbers of an array from left to right, whatever its shape. */
  private asLine(array: Sendable, room: number): string {
    const title = arrayTitle(array);
    const columns = Math.min(WIDEST_LINE, room - title.length - 2);
    if (columns < 1) return title;
    const numbers = arrayCourse(isNdArray(array) ? array.data : array, columns);
    return `${title}  ${this.output.paint.green(sparkline(numbers))}`;
  }

  /** A number with those before it as a picture, where a person looks. */
  private withCourse(wireName: string, value: unknown, room: number): string {
    const { paint, isLive } = this.output;
    const text = measuredText(value, this.schemaOf(wireName), paint);
    if (isLive && isSendableArray(value)) return this.asLine(value, room);
    if (!isLive || typeof value !== "number") return text;
    const course = this.courses.get(wireName) ?? new NumberCourse(COURSE_LENGTH);
    this.courses.set(wireName, course);
    course.add(value);
    const length = displayWidth(text);
    this.numberWidth = Math.min(Math.max(this.numberWidth, length), WIDEST_NUMBER);
    const padding = " ".repeat(Math.max(0, this.numberWidth - length));
    return `${text}${padding}  ${paint.green(course.toString(room - length - padding.length - 2))}`;
  }
}
