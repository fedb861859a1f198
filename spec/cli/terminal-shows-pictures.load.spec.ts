import { stripVTControlCharacters } from "node:util";
import { serve } from "rigwire";
import { describeWithPython, type PythonPeer } from "../interop/python-peer";
import { closing } from "../support/closing";
import { BARE_OVEN } from "./support/bare-oven";
import { commandLine } from "./support/command-line";
import { Cooler } from "./support/cooler";
import { Spectrometer } from "./support/spectrometer";
import { Thermometer } from "./support/thermometer";

const CTRL_C = "\u0003";
const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";

/** Python, Node and the command start one after the other, each of which takes seconds on a busy computer. */
const PRINTS_WITHIN_MS = 30_000;
jest.setTimeout(2 * PRINTS_WITHIN_MS);

const rigwire = commandLine({ TERM: "xterm", NO_COLOR: "" });

describeWithPython([], "on a terminal", (python) => {
  function type(args: readonly string[], env: Readonly<Record<string, string>> = {}, size = ["100", "30"]) {
    const peer = python.start(
      "../../cli/python/terminal.py",
      [...size, process.execPath, rigwire.program, ...args],
      { env: { ...definedOnly(rigwire.env), ...env } },
    );
    return new Screen(peer);
  }

  it("results are coloured, unless NO_COLOR is set", async () => {
    const { url } = closing(await serve(new Thermometer(), { name: "oven" }));
    const coloured = type(["get", url, "target"]);
    const plain = type(["get", url, "target"], { NO_COLOR: "1" });
    expect(await coloured.ended).toBe(0);
    expect(coloured.text).toBe("\u001b[33m20\u001b[0m\r\n");
    expect(await plain.ended).toBe(0);
    expect(plain.text).toBe("20\r\n");
  });

  it("numbers of a signal come with a picture of their course, the newest as far as the terminal is wide", async () => {
    const device = new Thermometer();
    const { url } = closing(await serve(device, { name: "oven" }));
    const screen = type(["watch", url, "targetChanged", "--count", "5"], {}, ["36", "20"]);
    await screen.until("watching");
    for (const target of [1, 5, 3, 9, 7]) device.targetChanged.next(target);
    expect(await screen.ended).toBe(0);
    const lines = screen.lines.filter((line) => line.includes("targetChanged  "));
    expect(lines.map((line) => line.slice(line.indexOf("Changed") + 9))).toEqual([
      "1  ▅",
      "5  ▁█",
      "3  ▁█▅",
      "9  ▁▅▃█",
      "7  ▃▁█▆",
    ]);
  });

  it("an array of a signal is drawn as a line, as long as there is room for it", async () => {
    const device = new Spectrometer();
    const { url } = closing(await serve(device, { name: "spec" }));
    const screen = type(["watch", url, "measured", "--count", "2"], {}, ["200", "20"]);
    await screen.until("watching");
    device.measured.next(Float64Array.of(0, 1, NaN, 3, 7));
    device.measured.next(Float64Array.from({ length: 2048 }, (_, index) => (index < 1024 ? 0 : 1)));
    expect(await screen.ended).toBe(0);
    const lines = screen.lines.filter((line) => line.includes("measured  "));
    expect(lines.map((line) => line.slice(line.indexOf("measured") + 10))).toEqual([
      "Float64Array(5)  ▁▂ ▄█",
      `Float64Array(2048)  ${"▁".repeat(40)}${"█".repeat(40)}`,
    ]);
  });

  it("a call that takes its time shows that it is waited for, and Ctrl-C leaves nothing of it", async () => {
    const { url } = closing(await serve(new Thermometer(), { name: "oven", closeGraceMs: 0 }));
    const screen = type(["call", url, "settle"]);
    await screen.until("oven.settle ");
    screen.press(CTRL_C);
    expect(await screen.ended).toBe(130);
    expect(screen.lines.at(-2)).toContain("oven.settle was aborted; it may still be carried out");
    expect(screen.text).toContain("\r\u001b[2K\u001b[31mrigwire:");
    expect(screen.text).toContain("^C\r\u001b[K");
  });

  it("a call shows how far it has come, and takes it away when it is done", async () => {
    const { url } = closing(await serve(new Thermometer(), { name: "oven", closeGraceMs: 0 }));
    const screen = type(["call", url, "warm_up", "100"]);
    await screen.until(/oven\.warm_up {2}█+░+ \d+ of 100/);
    expect(await screen.ended).toBe(0);
    expect(screen.text).toContain("\r\u001b[2Kwarm");
  });

  it("a progress that is a number is a bar where its range is known, and is counted elsewhere", async () => {
    const { url } = closing(await serve(new Cooler(), { name: "cooler" }));
    const ranged = type(["call", url, "coolDown"]);
    await ranged.until(/cooler\.coolDown {2}█+░+ -?\d\.\d Cel/);
    expect(await ranged.ended).toBe(0);
    const counted = type(["call", url, "count", "60"]);
    await counted.until(/cooler\.count {2}\d+ [\d.]+ m?s/);
    expect(await counted.ended).toBe(0);
    expect(counted.text).not.toContain("░");
  });

  it("a progress that is longer than the terminal is wide does not wrap", async () => {
    const { url } = closing(await serve(new Thermometer(), { name: "oven", closeGraceMs: 0 }));
    const screen = type(["call", url, "warm_up", "100"], {}, ["30", "20"]);
    await screen.until(/oven\.warm_up {2}█*░*… [\d.]+ m?s/);
    expect(await screen.ended).toBe(0);
    const drawn = screen.text.split("\r\u001b[2K").map((line) => stripVTControlCharacters(line));
    expect(Math.max(...drawn.slice(1, -1).map((line) => line.length))).toBeLessThan(30);
  });

  it("the table of devices is drawn over itself, and Ctrl-C gives the terminal back", async () => {
    rigwire.write("oven.js", BARE_OVEN);
    const screen = type(["devices", "--watch"]);
    await screen.until("0 devices");
    const oven = rigwire.start("serve", "oven.js", "--name", "oven-1");
    await screen.until(" came");
    await screen.until(/^oven-1 {2}oven {2}tcp:\S+ {2}yes {4}[\d.]+ ms +▅/m);
    oven.signal();
    await screen.until(" left");
    screen.press(CTRL_C);
    expect(await screen.ended).toBe(0);
    expect(screen.text.startsWith(HIDE_CURSOR)).toBe(true);
    expect(screen.text.trimEnd().endsWith(SHOW_CURSOR)).toBe(true);
  });
});

/** What a program prints on its terminal. */
class Screen {
  text = "";
  /** The program's exit code. */
  readonly ended: Promise<number>;
  private waiting: { readonly words: string | RegExp; readonly resolve: () => void } | undefined;

  constructor(private readonly peer: PythonPeer) {
    this.ended = this.read();
    // A test that failed before it looked at the end has told so.
    this.ended.catch(() => undefined);
  }

  /** Without colours. */
  get lines(): readonly string[] {
    return this.plainText.split("\n");
  }

  /** Resolves when the words were printed, colours left aside; fails with the program's end. */
  async until(words: string | RegExp): Promise<void> {
    const printed = new Promise<void>((resolve) => (this.waiting = { words, resolve }));
    this.look();
    const code = await Promise.race([printed, this.ended]);
    if (code !== undefined)
      throw new Error(`it ended with ${code} before "${String(words)}" was printed:\n${this.text}`);
  }

  press(keys: string): void {
    this.peer.send({ press: keys });
  }

  private async read(): Promise<number> {
    for (;;) {
      const told = (await this.peer.next(PRINTS_WITHIN_MS)) as {
        readonly text?: string;
        readonly ended?: number;
      };
      if (told.ended !== undefined) return told.ended;
      this.text += told.text ?? "";
      this.look();
    }
  }

  private look(): void {
    if (this.waiting === undefined) return;
    const { words, resolve } = this.waiting;
    const text = this.plainText;
    if (typeof words === "string" ? text.includes(words) : words.test(text)) resolve();
  }

  private get plainText(): string {
    return stripVTControlCharacters(this.text).replaceAll("\r\n", "\n");
  }
}

function definedOnly(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
