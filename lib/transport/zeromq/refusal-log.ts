import { type Logger } from "../../log/logger";

/** A client that is refused comes again and again; of each, this much is silence, in milliseconds. */
const SILENCE_MS = 60_000;

/** Beyond this many different keys nobody is told of any more until the silence of one is over. */
const MAX_KEYS = 100;

/** Tells which clients were refused, each once a minute. */
export class RefusalLog {
  private readonly toldAt = new Map<string, number>();

  constructor(private readonly log: Logger) {}

  tell(publicKey: string, address: string): void {
    const now = performance.now();
    for (const [key, at] of this.toldAt) if (now - at > SILENCE_MS) this.toldAt.delete(key);
    if (this.toldAt.has(publicKey) || this.toldAt.size >= MAX_KEYS) return;
    this.toldAt.set(publicKey, now);
    const from = address === "" ? "" : ` at ${address}`;
    this.log.warn(
      { publicKey, address },
      `a client${from} was refused: its key is not allowed: ${publicKey}`,
    );
  }
}
