import { open, type FileHandle } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

/** What is recorded: one sample after the other, evenly spaced in time. */
export interface SampleSource {
  readonly periodMs: number;
  /** What the file begins with. */
  header(): string | Uint8Array;
  /** @param index - From 0. */
  sample(index: number): string | Uint8Array;
}

/** What became of a recording. */
export interface RecordingResult {
  readonly samples: number;
  readonly seconds: number;
}

/** A file that grows by one sample a period. */
export class Recording {
  private samples = 0;
  private readonly startedAt = performance.now();
  private readonly end = new AbortController();
  private readonly written: Promise<void>;

  private constructor(
    private readonly file: FileHandle,
    private readonly source: SampleSource,
    private readonly onSample: (samples: number) => void,
  ) {
    this.written = this.write();
    // A failure is told by stop(), however long that takes to come.
    this.written.catch(() => undefined);
  }

  /**
   * Creates the file and goes on writing to it.
   *
   * @param onSample - Gets how many samples there are.
   * @throws Error if the file exists already: data is never written over.
   */
  static async start(
    path: string,
    source: SampleSource,
    onSample: (samples: number) => void,
  ): Promise<Recording> {
    return new Recording(await open(path, "wx"), source, onSample);
  }

  /** @throws Error if a sample could not be written. */
  async stop(): Promise<RecordingResult> {
    this.end.abort();
    await this.written;
    return { samples: this.samples, seconds: Math.round(performance.now() - this.startedAt) / 1_000 };
  }

  private async write(): Promise<void> {
    const { file, source, end } = this;
    try {
      await file.appendFile(source.header());
      while (!end.signal.aborted) {
        await file.appendFile(source.sample(this.samples));
        this.onSample(++this.samples);
        const nextAt = this.startedAt + this.samples * source.periodMs;
        await delay(nextAt - performance.now(), undefined, { signal: end.signal }).catch(() => undefined);
      }
    } finally {
      await file.close();
    }
  }
}
