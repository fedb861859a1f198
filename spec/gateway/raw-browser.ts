import { WebSocket } from "ws";
import { FrameDecoder } from "../../lib/transport/stream/frame-decoder";
import { KIND, type Kind } from "../../lib/transport/stream/frame-layout";
import { encodeFrame } from "../../lib/transport/stream/frame-writer";
import { SUBPROTOCOL } from "../../lib/transport/stream/websocket-messages";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";

const LIMIT = 64 * 1024 * 1024;

/** A client of a gateway that knows nothing but frames, and says what the test likes. */
export class RawBrowser {
  /** What came, by the number of the request. */
  readonly replies = new Map<number, Record<string, unknown>>();
  /** How the connection ended; nothing while it has not. */
  end: { readonly code: number; readonly reason: string } | undefined;
  private isWelcome = false;
  private readonly decoder = new FrameDecoder(LIMIT, 2, (kind, id, parts) => this.take(kind, id, parts));

  private constructor(private readonly socket: WebSocket) {
    socket.binaryType = "nodebuffer";
    socket.on("message", (data) => this.decoder.push(data as Buffer));
    socket.on("error", () => undefined);
    socket.on("close", (code, reason) => (this.end = { code, reason: reason.toString() }));
  }

  /** Connected, and let in. As browsers do, it names the page that connects: the gateway's own, unless the headers do. */
  static async open(url: string, headers: Record<string, string> = {}, token?: string): Promise<RawBrowser> {
    const origin = new URL(url).origin.replace(/^ws/, "http");
    const options = { headers: { origin, ...headers } };
    const browser = closing(new RawBrowser(new WebSocket(url, [SUBPROTOCOL], options)));
    await eventually("it is connected", () => browser.socket.readyState === WebSocket.OPEN);
    browser.send(KIND.hello, 0, JSON.stringify({ protocol: "rigwire-stream", version: 1, token }));
    await eventually("it is let in", () => browser.isWelcome);
    return browser;
  }

  send(kind: Kind, id: number, ...parts: (string | Buffer)[]): void {
    this.sendBytes(encodeFrame(kind, id, parts));
  }

  sendBytes(bytes: Uint8Array): void {
    this.socket.send(bytes);
  }

  /** @param text - Of a request, as it goes. */
  async ask(id: number, text: string): Promise<Record<string, unknown>> {
    this.send(KIND.message, id, text);
    await eventually(`the reply to ${id}`, () => this.replies.has(id));
    return this.replies.get(id) ?? {};
  }

  close(): void {
    this.socket.terminate();
  }

  private take(kind: number, id: number, [body]: readonly Uint8Array[]): void {
    if (kind === KIND.hello) this.isWelcome = true;
    if (kind === KIND.ping) this.send(KIND.pong, 0);
    if (kind !== KIND.message || body === undefined) return;
    this.replies.set(id, JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>);
  }
}
