import { terminalLogger } from "../../lib/log/terminal-logger";

function logged(
  level: string | undefined,
  log: (logger: ReturnType<typeof terminalLogger>) => void,
  colours = false,
) {
  let text = "";
  const now = () => new Date(2026, 0, 2, 3, 4, 5);
  log(terminalLogger({ level, colours, now, write: (part) => (text += part) }));
  return text;
}

describe("what is logged on a terminal", () => {
  it("is a line with the time, how serious it is, the message, and short details", () => {
    expect(
      logged(undefined, (log) => log.warn({ service: "Stage", ports: [1], missed: 3 }, "3 missed")),
    ).toBe("03:04:05 warn  3 missed (service=Stage, missed=3)\n");
  });

  it("is warnings and errors, or what RIGWIRE_LOG says", () => {
    const all = (log: ReturnType<typeof terminalLogger>) => {
      log.debug({}, "d");
      log.info({}, "i");
      log.warn({}, "w");
      log.error({}, "e");
    };
    const levelsOf = (level: string | undefined) =>
      logged(level, all)
        .trim()
        .split("\n")
        .map((line) => line.slice(-1))
        .join("");

    expect(levelsOf(undefined)).toBe("we");
    expect(levelsOf("debug")).toBe("diwe");
    expect(levelsOf("trace")).toBe("diwe");
    expect(levelsOf("error")).toBe("e");
    expect(levelsOf("silent")).toBe("");
  });

  it("lets nothing from the network steer the terminal", () => {
    expect(logged(undefined, (log) => log.error({ name: "a\u001b[2Jb" }, "line\nfeed"))).toBe(
      "03:04:05 error line\\nfeed (name=a\\u001b[2Jb)\n",
    );
  });

  it("is coloured where the terminal has colours, and has its stack at level debug", () => {
    expect(logged(undefined, (log) => log.warn({}, "hot"), true)).toBe(
      "03:04:05 \u001b[33mwarn \u001b[0m hot\n",
    );
    expect(logged("debug", (log) => log.error({ err: new Error("stuck") }, "stuck"))).toMatch(
      /^03:04:05 error stuck\n {2}Error: stuck\n {4,}.*terminal-logger\.spec/,
    );
  });
});
