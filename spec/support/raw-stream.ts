import { createConnection, type Socket } from "node:net";
import { FrameDecoder } from "../../lib/transport/stream/frame-decoder";
import { KIND, type Kind } from "../../lib/transport/stream/frame-layout";
import { encodeFrame } from "../../lib/transport/stream/frame-writer";
import { closing } from "./closing";
import { eventually } from "./eventually";

const LIMIT = 256 * 1024 * 1024;

export interface RawFrame {
  readonly kind: number;
  readonly id: number;
  readonly parts: readonly Buffer[];
}

/** A client of a Unix socket that knows nothing but frames, and says what the test likes. */
export class RawStream {
  readonly frames: RawFrame[] = [];
  isEnded = false;
  private readonly decoder = new FrameDecoder(LIMIT, 2, (kind, id, parts) =>
    this.frames.push({ kind, id, parts: parts.map((part) => Buffer.from(part)) }),
  );

  private constructor(private readonly socket: Socket) {
    socket.on("data", (chunk) => this.decoder.push(chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => (this.isEnded = true));
  }

  static async open(url: string): Promise<RawStream> {
    const socket = createConnection({ path: url.slice("unix://".length) });
    const stream = closing(new RawStream(socket));
    await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    return stream;
  }

  /** Connected, and let in. */
  static async greeted(url: string): Promise<RawStream> {
    const stream = await RawStream.open(url);
    stream.hello();
    await stream.next(KIND.hello);
    return stream;
  }

  hello(hello: object = { protocol: "rigwire-stream", version: 1 }): void {
    this.send(KIND.hello, 0, JSON.stringify(hello));
  }

  send(kind: Kind, id: number, ...parts: (string | Buffer)[]): void {
    this.write(encodeFrame(kind, id, parts));
  }

  request(id: number, request: object): void {
    this.send(KIND.message, id, JSON.stringify(request));
  }

  call(id: number, method: string, ...args: unknown[]): void {
    this.request(id, { event: "METHOD_CALL", method, params: { args, kwargs: {} } });
  }

  write(bytes: Uint8Array): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  /** Reads nothing until `resume`. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** The first frame of a kind that came and was not asked for yet. */
  async next(kind: Kind): Promise<RawFrame> {
    const index = () => this.frames.findIndex((frame) => frame.kind === kind);
    await eventually(`a frame of kind ${kind}`, () => index() >= 0);
    return this.frames.splice(index(), 1)[0]!;
  }

  async ended(): Promise<void> {
    await eventually("the server ends the connection", () => this.isEnded);
  }

  close(): void {
    this.socket.destroy();
  }
}
