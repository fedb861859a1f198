import { Router } from "zeromq";
import { closing } from "./closing";

/** Sends frames to whoever asked. */
export type SendFrames = (...frames: Buffer[]) => Promise<void>;

/** A server that tells a good inventory, and answers everything else as a test likes. */
export abstract class EvilServer {
  private readonly router = new Router({ linger: 0, sendHighWaterMark: 0 });

  constructor(private readonly inventory: object) {}

  async open(): Promise<this> {
    closing(this);
    await this.router.bind("tcp://127.0.0.1:*");
    // It ends in the midst of what it sends.
    this.run().catch(() => undefined);
    return this;
  }

  get url(): string {
    return String(this.router.lastEndpoint);
  }

  close(): void {
    this.router.close();
  }

  /**
   * @param send - Under the number of the request.
   * @param sendBare - Without it, as batches are.
   */
  protected abstract answer(event: string | undefined, send: SendFrames, sendBare: SendFrames): Promise<void>;

  private async run(): Promise<void> {
    for await (const [client, id, delimiter, body] of this.router) {
      if (client === undefined || id === undefined || delimiter === undefined || body === undefined) continue;
      const { event } = JSON.parse(String(body)) as { event?: string };
      const send: SendFrames = (...frames) => this.router.send([client, id, delimiter, ...frames]);
      const sendBare: SendFrames = (...frames) => this.router.send([client, ...frames]);
      if (event === "GET_INVENTORY") await send(Buffer.from(JSON.stringify(this.inventory)));
      else await this.answer(event, send, sendBare);
    }
  }
}
