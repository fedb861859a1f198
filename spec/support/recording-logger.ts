import { type Logger } from "rigwire";

/** Keeps what is logged, for tests to look at. */
export class RecordingLogger implements Logger {
  readonly lines: string[] = [];

  debug(): void {
    // Of no interest to tests.
  }

  info(_details: object, message: string): void {
    this.lines.push(`info: ${message}`);
  }

  warn(_details: object, message: string): void {
    this.lines.push(`warn: ${message}`);
  }

  error(_details: object, message: string): void {
    this.lines.push(`error: ${message}`);
  }
}
