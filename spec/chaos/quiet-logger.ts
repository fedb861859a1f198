import { type Logger } from "rigwire";

/** What breaks here is broken on purpose: nothing to read. */
export const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
