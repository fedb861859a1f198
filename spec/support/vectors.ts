import { readFileSync } from "node:fs";
import { join } from "node:path";

interface RecordedFrame {
  readonly text?: string;
  readonly base64?: string;
}

interface Recording {
  readonly exchanges: readonly {
    readonly note: string;
    readonly request: readonly RecordedFrame[];
    readonly reply: readonly RecordedFrame[];
  }[];
  readonly signals: readonly (readonly RecordedFrame[])[];
}

/** An exchange with a running original, as the bytes that were seen. */
export interface Exchange {
  readonly note: string;
  readonly request: readonly Buffer[];
  readonly reply: readonly Buffer[];
}

const recording = JSON.parse(
  readFileSync(join(__dirname, "../vectors/plantimager-rpc.json"), "utf8"),
) as Recording;

export const recordedExchanges: readonly Exchange[] = recording.exchanges.map(({ note, request, reply }) => ({
  note,
  request: request.map(toBytes),
  reply: reply.map(toBytes),
}));

/** The published frames, one a signal. */
export const recordedSignals: readonly Buffer[] = recording.signals.flatMap((frames) => frames.map(toBytes));

/** The exchange of that note. */
export function recorded(note: string): Exchange {
  const found = recordedExchanges.find((exchange) => exchange.note.startsWith(note));
  if (found === undefined) throw new Error(`nothing was recorded under "${note}"`);
  return found;
}

function toBytes({ text, base64 }: RecordedFrame): Buffer {
  return text === undefined ? Buffer.from(base64 ?? "", "base64") : Buffer.from(text);
}
