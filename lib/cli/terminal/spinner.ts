import { type Output } from "./output";
import { fitted } from "./table";
import { formatMs } from "./units";

/** Who waits less than this needs no picture of it, in milliseconds. */
const SHOWN_AFTER_MS = 500;
const FRAME_MS = 100;
const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;

/** Between the parts of the line, and at its end. */
const SPACES = 3;

const CLEAR_LINE = "\r\u001b[2K";

/**
 * Shows on stderr, if that is a terminal, that something takes its time, and takes the picture away afterwards.
 *
 * @param label - What it is; asked for anew for each picture where it changes.
 */
export async function withSpinner<T>(
  output: Output,
  label: string | (() => string),
  work: Promise<T>,
): Promise<T> {
  if (!output.canSpin) return work;
  const startedAt = performance.now();
  let frame = 0;
  const timer = setInterval(() => {
    const elapsedMs = performance.now() - startedAt;
    if (elapsedMs < SHOWN_AFTER_MS) return;
    const picture = FRAMES[frame++ % FRAMES.length] ?? "";
    const text = typeof label === "string" ? label : label();
    const time = formatMs(elapsedMs);
    // A line that wraps could not be taken away again.
    const shown = fitted(text, output.noteColumns - picture.length - time.length - SPACES);
    output.rawNote(`${CLEAR_LINE}${output.notePaint.cyan(picture)} ${shown} ${time}`);
  }, FRAME_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    if (frame > 0) output.rawNote(CLEAR_LINE);
  }
}
