import { destination, pino } from "pino";

/** The part of a pino logger that rigwire uses; any logger of this shape can be given in its place. */
export interface Logger {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

let shared: Logger | undefined;

/**
 * The logger that is used where none is given: JSON lines on stderr, warnings and errors only.
 * The environment variable `RIGWIRE_LOG` sets another level (`debug`, `info`, `warn`, `error`, `silent`).
 */
export function defaultLogger(): Logger {
  shared ??= pino(
    { name: "rigwire", level: process.env.RIGWIRE_LOG ?? "warn" },
    destination({ dest: 2, sync: true }),
  );
  return shared;
}
