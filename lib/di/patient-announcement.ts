import { AdvertisementError } from "../errors";
import { type Announcement } from "./rig-module";

/** When what could not be written is tried again. */
export interface PatienceOptions {
  readonly retryMs: number;
  /** Told of the first failure. */
  readonly onFailure: (error: AdvertisementError) => void;
}

/**
 * Announces, and tries again now and then where that cannot be written: a full or read-only folder keeps no device from
 * being served.
 *
 * @throws Whatever else the announcement fails with.
 */
export async function announcePatiently(
  announce: () => Promise<Announcement>,
  { retryMs, onFailure }: PatienceOptions,
): Promise<Announcement> {
  try {
    return await announce();
  } catch (error) {
    if (!(error instanceof AdvertisementError)) throw error;
    onFailure(error);
    return new LateAnnouncement(announce, retryMs);
  }
}

class LateAnnouncement implements Announcement {
  private current: Promise<Announcement | undefined> = Promise.resolve(undefined);
  private readonly retry: NodeJS.Timeout;

  constructor(
    private readonly announce: () => Promise<Announcement>,
    retryMs: number,
  ) {
    this.retry = setInterval(() => this.tryAgain(), retryMs).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.retry);
    await (await this.current)?.close();
  }

  private tryAgain(): void {
    this.current = this.current.then(async (before) => {
      if (before !== undefined) return before;
      const announcement = await this.announce().catch(() => undefined);
      if (announcement !== undefined) clearInterval(this.retry);
      return announcement;
    });
  }
}
