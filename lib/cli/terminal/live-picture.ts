import { type Output } from "./output";
import { printableOutput } from "./printable";
import { fitted } from "./table";

const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";
const CLEAR_BELOW = "\u001b[0J";

/** Some lines on a terminal that are drawn over again and again. The last picture stays. */
export class LivePicture {
  private drawnLines = 0;

  constructor(private readonly output: Output) {
    output.raw(HIDE_CURSOR);
  }

  /** What does not fit on the terminal is left out, with a word. */
  draw(lines: readonly string[]): void {
    const { columns, rows } = this.output;
    const room = rows - 1;
    const shown =
      lines.length <= room ? lines : [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more lines`];
    const up = this.drawnLines === 0 ? "\r" : `\u001b[${this.drawnLines}F`;
    const text = shown.map((line) => `${printableOutput(fitted(line, columns))}\n`).join("");
    this.output.raw(`${up}${CLEAR_BELOW}${text}`);
    this.drawnLines = shown.length;
  }

  /** Gives the terminal back as it was. */
  close(): void {
    this.output.raw(SHOW_CURSOR);
  }
}
