import { type Logger } from "rigwire";

export interface LoggedLine {
  readonly level: keyof Logger;
  readonly details: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** Keeps what is logged at `warn` and above, with its details. */
export class DetailedLogger implements Logger {
  readonly lines: LoggedLine[] = [];

  debug(): void {
    // Of no interest to tests.
  }

  info(): void {
    // Nor this.
  }

  warn(details: object, message: string): void {
    this.lines.push({ level: "warn", details: { ...details }, message });
  }

  error(details: object, message: string): void {
    this.lines.push({ level: "error", details: { ...details }, message });
  }
}
