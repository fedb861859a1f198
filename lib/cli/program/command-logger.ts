import { type Logger } from "../../log/logger";
import { type Output } from "../terminal/output";
import { printable } from "../terminal/printable";

/**
 * What the library has to say, as lines on stderr.
 *
 * @param tellWarnings - Where false, it is told with `--verbose` only: commands tell what matters themselves.
 */
export function commandLogger(output: Output, tellWarnings = false): Logger {
  const { yellow, red, dim } = output.notePaint;
  const tell = (mark: string) => (_details: object, message: string) => {
    if (output.verbose || tellWarnings) output.note(`${mark} ${printable(message)}`);
  };
  const tellDetail = (_details: object, message: string) => {
    if (output.verbose) output.note(dim(printable(message)));
  };
  return {
    debug: () => undefined,
    info: tellDetail,
    warn: tell(yellow("warning:")),
    error: tell(red("error:")),
  };
}
