import type * as Pino from "pino";
import { useDefaultLogger, type Logger } from "./logger";
import { terminalLogger } from "./terminal-logger";

/** Readable lines where stderr is a terminal, JSON lines elsewhere. */
useDefaultLogger(() => (process.stderr.isTTY ? forPeople() : forPrograms()));

function forPeople(): Logger {
  return terminalLogger({
    level: process.env.RIGWIRE_LOG,
    colours: process.stderr.hasColors(),
    write: (text) => void process.stderr.write(text),
  });
}

/** Loaded when first asked for: whoever brings a logger of their own does not pay for it. */
function forPrograms(): Logger {
  const { pino, destination } = require("pino") as typeof Pino;
  const level = process.env.RIGWIRE_LOG ?? "warn";
  return pino({ name: "rigwire", level }, destination({ dest: 2, sync: true }));
}
