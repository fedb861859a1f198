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

let makeDefault: () => Logger = consoleLogger;
let shared: Logger | undefined;

/** Says how the logger is made that is used where none is given; the package's entry for Node does so. */
export function useDefaultLogger(make: () => Logger): void {
  makeDefault = make;
  shared = undefined;
}

/**
 * The logger that is used where none is given. On Node: lines on stderr, as JSON unless
 * it is a terminal, warnings and errors only; the
 * environment variable `RIGWIRE_LOG` sets another level (`debug`, `info`, `warn`, `error`, `silent`). Elsewhere:
 * warnings and errors on the console.
 */
export function defaultLogger(): Logger {
  shared ??= makeDefault();
  return shared;
}

function consoleLogger(): Logger {
  const { console } = globalThis;
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (details, message) => console.warn(message, details),
    error: (details, message) => console.error(message, details),
  };
}
