const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 } as const;

/** Text in a colour; the text as it is where colours are off. */
export type Paint = Readonly<Record<keyof typeof CODES, (text: string) => string>>;

/** @param enabled - Whether to colour at all. */
export function paint(enabled: boolean): Paint {
  const colour = (code: number) => (text: string) =>
    enabled && text !== "" ? `\u001b[${code}m${text}\u001b[0m` : text;
  return {
    bold: colour(CODES.bold),
    dim: colour(CODES.dim),
    red: colour(CODES.red),
    green: colour(CODES.green),
    yellow: colour(CODES.yellow),
    blue: colour(CODES.blue),
    magenta: colour(CODES.magenta),
    cyan: colour(CODES.cyan),
  };
}

/** Whether a stream shows colours: on a terminal, unless NO_COLOR is set (https://no-color.org) or it is a dumb one. */
export function hasColours(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb";
}
