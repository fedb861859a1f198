import { connect, type Socket } from "node:net";

const REPLY_DEADLINE_MS = 10_000;
const GREETING_BYTES = 64;

/** The greeting of a peer without keys (ZMTP 3.0, ZeroMQ RFC 23). */
export const GREETING = Buffer.concat(
  [Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0]), Buffer.from("NULL")],
  GREETING_BYTES,
);

const MORE = 1;
const LONG = 2;
const COMMAND = 4;

/** A frame by hand; its header says what it is told to say. */
export function frame(body: Buffer | string, flags = 0, length = Buffer.byteLength(body)): Buffer {
  const header = Buffer.alloc(9);
  header[0] = flags | LONG;
  header.writeBigUInt64BE(BigInt(length), 1);
  return Buffer.concat([header, Buffer.from(body)]);
}

export function message(...parts: readonly (Buffer | string)[]): Buffer {
  return Buffer.concat(parts.map((part, index) => frame(part, index < parts.length - 1 ? MORE : 0)));
}

/** A `READY` that claims a routing id. */
export function ready(socketType: string, identity: Buffer | string = ""): Buffer {
  return frame(
    Buffer.concat([
      Buffer.from("\x05READY"),
      property("Socket-Type", socketType),
      property("Identity", identity),
    ]),
    COMMAND,
  );
}

function property(name: string, value: Buffer | string): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(Buffer.byteLength(value));
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), size, Buffer.from(value)]);
}

/** A peer that speaks ZMTP by hand, so that it can break every rule of it. */
export class RawPeer {
  private received = Buffer.alloc(0);
  private wake: (() => void) | undefined;
  isClosed = false;

  private constructor(private readonly socket: Socket) {
    socket.on("data", (bytes) => {
      this.received = Buffer.concat([this.received, bytes]);
      this.wake?.();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.isClosed = true;
      this.wake?.();
    });
  }

  /** Connected, and nothing said. */
  static async connect(url: string): Promise<RawPeer> {
    const { port, hostname } = new URL(url);
    const socket = connect(Number(port), hostname);
    await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    return new RawPeer(socket);
  }

  /** Shaken hands, with the server's READY read before its own is sent: so it knows that the server waits for it. */
  static async open(url: string, socketType = "DEALER", identity: Buffer | string = ""): Promise<RawPeer> {
    const peer = await RawPeer.connect(url);
    peer.write(GREETING);
    await peer.until((bytes) => bytes.includes("READY"));
    peer.take(GREETING_BYTES);
    await peer.nextFrame();
    peer.write(ready(socketType, identity));
    return peer;
  }

  /** @returns Whether the system took all of it at once. */
  write(bytes: Buffer): boolean {
    return this.isClosed || this.socket.write(bytes);
  }

  /** Resolves when everything written is on its way, or the connection over. */
  async flushed(): Promise<void> {
    if (this.isClosed || this.socket.writableLength === 0) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.socket.off("drain", done).off("close", done);
        resolve();
      };
      this.socket.on("drain", done).on("close", done);
    });
  }

  /** Reads nothing from now on. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** The body of the next frame, a command's too. */
  async nextFrame(): Promise<{ readonly flags: number; readonly body: Buffer }> {
    await this.until((bytes) => sizeOfFrame(bytes) <= bytes.length);
    const [flags = 0] = this.received;
    const bytes = this.take(sizeOfFrame(this.received));
    return { flags, body: bytes.subarray((flags & LONG) === 0 ? 2 : 9) };
  }

  /** The last frame of the next message. */
  async nextBody(): Promise<Buffer> {
    for (;;) {
      const { flags, body } = await this.nextFrame();
      if ((flags & (MORE | COMMAND)) === 0) return body;
    }
  }

  /** Sends a request and returns its reply, as a client that has one under way. */
  async request(body: object): Promise<unknown> {
    this.write(message("", JSON.stringify(body)));
    return JSON.parse((await this.nextBody()).toString());
  }

  /** Resolves when the server has ended the connection. */
  async closed(): Promise<void> {
    await this.until(() => this.isClosed);
  }

  close(): void {
    this.socket.destroy();
  }

  private take(bytes: number): Buffer {
    const taken = this.received.subarray(0, bytes);
    this.received = this.received.subarray(bytes);
    return taken;
  }

  private async until(condition: (bytes: Buffer) => boolean): Promise<void> {
    const late = { is: false };
    const timer = setTimeout(() => {
      late.is = true;
      this.wake?.();
    }, REPLY_DEADLINE_MS);
    try {
      while (!condition(this.received)) {
        if (late.is) throw new Error("the server sent nothing in time");
        if (this.isClosed) throw new Error("the server ended the connection");
        await new Promise<void>((resolve) => (this.wake = resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

function sizeOfFrame(bytes: Buffer): number {
  const [flags, length] = bytes;
  if (flags === undefined || length === undefined) return Infinity;
  if ((flags & LONG) === 0) return 2 + length;
  return bytes.length < 9 ? Infinity : 9 + Number(bytes.readBigUInt64BE(1));
}
