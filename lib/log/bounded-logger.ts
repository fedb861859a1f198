import { type Logger } from "./logger";
import { isOneLine, oneLine } from "./one-line";

/** Of an error: where it came from is told by the first of them. */
const MAX_STACK_LINES = 20;

/**
 * A logger for what tells texts of other programs, such as names and errors of devices: every message, and every text and
 * error among the details, is one line of bounded length without control characters.
 */
export function boundedLogger(logger: Logger): Logger {
  return {
    debug: (details, message) => logger.debug(bounded(details), oneLine(message)),
    info: (details, message) => logger.info(bounded(details), oneLine(message)),
    warn: (details, message) => logger.warn(bounded(details), oneLine(message)),
    error: (details, message) => logger.error(bounded(details), oneLine(message)),
  };
}

function bounded(details: object): object {
  return Object.fromEntries(Object.entries(details).map(([key, value]) => [key, boundedValue(value)]));
}

function boundedValue(value: unknown): unknown {
  if (typeof value === "string") return oneLine(value);
  return value instanceof Error && !isBounded(value) ? boundedError(value) : value;
}

function isBounded({ message, cause }: Error): boolean {
  return isOneLine(message) && (!(cause instanceof Error) || isBounded(cause));
}

/** Loggers print causes as well: those stay behind. */
function boundedError({ name, message, stack = "" }: Error): Error {
  const told = new Error(oneLine(message));
  told.name = name;
  // A stack repeats the message, however many lines that has.
  const places = stack.split("\n").filter((line) => /^ +at \S/.test(line));
  const lines = places.slice(0, MAX_STACK_LINES).map((line) => oneLine(line));
  told.stack = [`${name}: ${told.message}`, ...lines].join("\n");
  return told;
}
