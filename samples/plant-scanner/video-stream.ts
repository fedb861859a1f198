import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

const FRAME_INTERVAL_MS = 200;

/** Pictures one after the other over HTTP, as any browser shows them (multipart/x-mixed-replace). */
export class VideoStream {
  /** Resolves when {@link url} is known. */
  readonly listening: Promise<unknown>;
  private readonly server: Server;
  private readonly closing = new AbortController();

  /** @param capture - Gives the next frame, encoded. */
  constructor(
    private readonly host: string,
    private readonly capture: () => Promise<Uint8Array>,
  ) {
    this.server = createServer((_request, response) => void this.send(response));
    this.listening = once(this.server.listen(0, host), "listening");
  }

  /** Empty until the stream listens. */
  get url(): string {
    const address = this.server.address() as AddressInfo | null;
    return address === null ? "" : `http://${this.host}:${address.port}/`;
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.server.closeAllConnections();
    await this.listening;
    this.server.close();
  }

  private async send(response: ServerResponse): Promise<void> {
    response.writeHead(200, { "Content-Type": "multipart/x-mixed-replace; boundary=frame" });
    while (!response.destroyed && !this.closing.signal.aborted) {
      const frame = await this.capture();
      response.write(`--frame\r\nContent-Length: ${frame.length}\r\n\r\n`);
      response.write(frame);
      response.write("\r\n");
      await delay(FRAME_INTERVAL_MS, undefined, { signal: this.closing.signal }).catch(() => undefined);
    }
    response.end();
  }
}
