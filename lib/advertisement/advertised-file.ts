import { messageOf } from "../errors";
import { type Logger } from "../log/logger";
import { touchAdvertisement, withdrawAdvertisement, writeAdvertisement } from "./advertisement-file";
import { type AdvertisedService } from "./advertisement-record";
import { beforeProcessEnds } from "./process-exit";

/**
 * The file of an advertisement, from the moment it is written until it is withdrawn, or the process ends. It is
 * confirmed now and then, and written anew if something removed it.
 */
export class AdvertisedFile {
  /** The path of the file. */
  readonly path: string;
  private readonly confirmation: NodeJS.Timeout;
  private readonly forgetExit: () => void;

  /**
   * @param folder - That of all advertisements.
   * @param confirmMs - Milliseconds from one confirmation to the next.
   * @throws AdvertisementError if it cannot be written, or its folder may be someone else's.
   */
  constructor(
    private readonly folder: string,
    private readonly service: AdvertisedService,
    confirmMs: number,
    private readonly logger: Logger,
  ) {
    this.path = writeAdvertisement(folder, service);
    this.forgetExit = beforeProcessEnds(() => withdrawAdvertisement(this.path));
    this.confirmation = setInterval(() => this.confirm(), confirmMs).unref();
  }

  /** Removes the file, and the folders if they are empty. Idempotent. */
  withdraw(): void {
    clearInterval(this.confirmation);
    this.forgetExit();
    withdrawAdvertisement(this.path);
  }

  private confirm(): void {
    try {
      if (!touchAdvertisement(this.path)) writeAdvertisement(this.folder, this.service);
    } catch (error) {
      this.logger.warn(
        { file: this.path, reason: messageOf(error) },
        `${this.service.serviceName} is not advertised: its file is gone and cannot be written`,
      );
    }
  }
}
