import { type Logger } from "./logger";
import { onOneLine } from "./one-line";

const LEVELS = ["debug", "info", "warn", "error"] as const;
type Level = (typeof LEVELS)[number];

const COLOURS: Readonly<Record<Level, string>> = { debug: "2", info: "0", warn: "33", error: "31" };

/** What a terminal logger writes with. */
export interface TerminalLoggerOptions {
  /** The least that is logged; a level of pino, or `silent`. Default `warn`. */
  readonly level?: string | undefined;
  readonly colours?: boolean;
  /** Gets each line with its end. */
  readonly write: (text: string) => void;
  readonly now?: () => Date;
}

/** Lines for people: the time, how serious it is, the message, and what else is known in short. */
export function terminalLogger(options: TerminalLoggerOptions): Logger {
  const { level = "warn", colours = false, write, now = () => new Date() } = options;
  const least = lowest(level);
  const log = (at: Level) => (details: object, message: string) => {
    if (LEVELS.indexOf(at) < least) return;
    const colour = (text: string) => (colours ? `\u001b[${COLOURS[at]}m${text}\u001b[0m` : text);
    const known = shortly(details);
    write(`${time(now())} ${colour(at.padEnd(5))} ${onOneLine(message)}${known}\n`);
    if (least === 0) write(stackIn(details));
  };
  return { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
}

/** `trace` of pino is below `debug`, `fatal` and `silent` are above all that is logged here. */
function lowest(level: string): number {
  if (level === "trace") return 0;
  const index = LEVELS.findIndex((known) => known === level);
  return index < 0 ? LEVELS.length : index;
}

function time(date: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Texts and numbers; the rest is in the message, or too long for a line. */
function shortly(details: object): string {
  const known = Object.entries(details).flatMap(([key, value]) =>
    typeof value === "string" || typeof value === "number" ? [`${key}=${onOneLine(String(value))}`] : [],
  );
  return known.length === 0 ? "" : ` (${known.join(", ")})`;
}

function stackIn(details: object): string {
  const error: unknown = "err" in details ? details.err : undefined;
  if (!(error instanceof Error) || error.stack === undefined) return "";
  return `${error.stack
    .split("\n")
    .map((line) => `  ${onOneLine(line)}`)
    .join("\n")}\n`;
}
