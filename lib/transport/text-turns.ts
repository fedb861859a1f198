import { platform } from "../platform/current";

/** A text of so many bytes is worth a turn of the event loop: it takes a millisecond or more. */
export const HEAVY_TEXT_BYTES = 64 * 1024;

/** After so many bytes of a client's requests everybody else has a turn: they take half a millisecond or more. */
export const TURN_BYTES = 16 * 1024;

/** The turn of the last heavy text of the process. */
let last = Promise.resolve();

/**
 * The turn of a text. Heavy ones are read one in each turn of the event loop, in the order in which they came, whoever
 * sent them: everything else goes on between two, so that no crowd of them holds anybody up for longer than one.
 *
 * @param text - As it came; what is no text takes no time to read.
 * @returns Resolves when it may be read; nothing where that is at once.
 */
export function turnOf(text: unknown): Promise<void> | undefined {
  if (!ArrayBuffer.isView(text) || text.byteLength < HEAVY_TEXT_BYTES) return undefined;
  last = last.then(nextTurn);
  return last;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => platform().nextTurn(resolve));
}
