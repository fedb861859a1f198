import { createRequire } from "node:module";
import type * as Pino from "pino";

/** The part of a pino logger that rigwire uses; any logger of this shape can be given in its place. */
export interface Logger {
  /** What happens in between. */
  debug(details: object, message: string): void;
  /** What an operator may want to know. */
  info(details: object, message: string): void;
  /** What goes on working, but should be looked at. */
  warn(details: object, message: string): void;
  /** What does not work. */
  error(details: object, message: string): void;
}

let shared: Logger | undefined;

/**
 * The logger that is used where none is given: JSON lines on stderr, warnings and errors only.
 * The environment variable `RIGWIRE_LOG` sets another level (`debug`, `info`, `warn`, `error`, `silent`).
 */
export function defaultLogger(): Logger {
  shared ??= pinoLogger();
  return shared;
}

/** Loaded when first asked for: whoever brings a logger of their own does not pay for it. */
function pinoLogger(): Logger {
  const { pino, destination } = createRequire(__filename)("pino") as typeof Pino;
  const level = process.env.RIGWIRE_LOG ?? "warn";
  return pino({ name: "rigwire", level }, destination({ dest: 2, sync: true }));
}
