import { skip, type Subscription } from "rxjs";
import { messageOf } from "../errors";
import { defaultLogger, type Logger } from "../log/logger";
import { type RpcServer } from "../server/rpc-server";
import { type Announcement } from "./rig-module";

/** Makes a device known by its name, anew whenever a registry gave it another. */
export class NamedAnnouncement implements Announcement {
  private readonly renaming: Subscription;
  /** One announcement ends before the next begins. */
  private turn: Promise<void> = Promise.resolve();

  private constructor(
    private current: Announcement,
    server: RpcServer,
    announce: () => Promise<Announcement>,
    log: Logger,
  ) {
    this.renaming = server.name$.pipe(skip(1)).subscribe((name) => {
      this.turn = this.turn
        .then(async () => {
          await this.current.close();
          this.current = await announce();
        })
        .catch((error: unknown) => {
          log.warn({ err: error, device: name }, `${name} is not announced: ${messageOf(error)}`);
        });
    });
  }

  /**
   * Announces a device.
   *
   * @param announce - Does it, under the name that the server has then.
   * @throws What the first announcement fails with; a later one is logged.
   */
  static async of(
    server: RpcServer,
    announce: () => Promise<Announcement>,
    log: Logger = defaultLogger(),
  ): Promise<NamedAnnouncement> {
    return new NamedAnnouncement(await announce(), server, announce, log);
  }

  async close(): Promise<void> {
    this.renaming.unsubscribe();
    await this.turn;
    await this.current.close();
  }
}
