import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Where a proxy leads. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Options of a client that keeps to its wire: on one computer it would find the quick road around it. */
export const OVER_THE_WIRE = { local: false } as const;

/** The same for a Unix socket. */
export interface SocketTarget {
  readonly path: string;
}

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
}

/** A wire between a client and a server that can be cut, be slow, or carry nothing for a while without a word. */
export class TcpProxy {
  /** What it carried from servers to clients so far, in bytes. */
  bytesToClients = 0;
  private readonly pairs = new Set<Pair>();
  private isStalled = false;
  private isSwallowing = false;
  private bytesPerSecond = Infinity;
  private delayMs = 0;

  private constructor(
    private readonly server: Server,
    private target: Target | SocketTarget,
  ) {
    server.on("connection", (near) => this.join(near));
  }

  /**
   * @param where - The port of 127.0.0.1 or the path of the Unix socket where it listens. Default: a free port.
   */
  static async open(target: Target | SocketTarget, where: number | string = 0): Promise<TcpProxy> {
    const server = createServer({ pauseOnConnect: true });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      if (typeof where === "string") server.listen(where, resolve);
      else server.listen(where, "127.0.0.1", resolve);
    });
    return new TcpProxy(server, target);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `tcp://127.0.0.1:${this.port}`;
  }

  /** Leads elsewhere from the next connection on. */
  lead(target: Target | SocketTarget): void {
    this.target = target;
  }

  /** Ends every connection; new ones may be made. */
  cut(): void {
    for (const { near, far } of this.pairs) {
      end(near);
      end(far);
    }
  }

  /** Ends every connection, and whoever connects from now on waits until the wire carries again. */
  sever(): void {
    this.isStalled = true;
    this.cut();
  }

  /**
   * Carries so many bytes a second from now on, in each direction of each connection.
   *
   * @param delayMs - How long each piece is under way before, in milliseconds. Default 0.
   */
  slowDown(bytesPerSecond: number, delayMs = 0): void {
    this.bytesPerSecond = bytesPerSecond;
    this.delayMs = delayMs;
  }

  /** Carries nothing from now on, but keeps the connections, as a pulled cable does. */
  stall(): void {
    this.isStalled = true;
    for (const { near, far } of this.pairs) {
      near.pause();
      far.pause();
    }
  }

  /** Takes what is sent from now on, by both sides, and carries none of it. */
  swallow(): void {
    this.isSwallowing = true;
  }

  /** Carries again, with everything that was sent meanwhile. */
  resume(): void {
    this.isStalled = false;
    for (const { near, far } of this.pairs) {
      near.resume();
      far.resume();
    }
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.cut();
    await closed;
  }

  private join(near: Socket): void {
    const pair = { near, far: connect(this.target) };
    this.pairs.add(pair);
    const end = () => {
      this.pairs.delete(pair);
      near.destroy();
      pair.far.destroy();
    };
    pair.far.on("data", ({ length }) => (this.bytesToClients += length));
    this.carry(near, pair.far, end);
    this.carry(pair.far, near, end);
    if (this.isStalled) pair.far.pause();
    else near.resume();
  }

  /** Carries what one side sends to the other, no faster than the wire is. */
  private carry(from: Socket, to: Socket, end: () => void): void {
    from.setNoDelay(true);
    from
      .on("data", (bytes) => {
        if (this.isSwallowing) return;
        const { delayMs } = this;
        if (delayMs === 0) to.write(bytes);
        const takesMs = delayMs + (bytes.length / this.bytesPerSecond) * 1_000;
        if (takesMs === 0) return;
        // What comes behind it waits, and keeps its order.
        from.pause();
        setTimeout(() => {
          if (delayMs > 0) to.write(bytes);
          if (!this.isStalled) from.resume();
        }, takesMs);
      })
      .on("close", end)
      .on("error", end);
  }
}

/**
 * At once; only TCP can tell the peer that it was no orderly end. Node cannot reset what is ending already: it would keep
 * the socket, and spin at the end of the process waiting for it.
 */
function end(socket: Socket): void {
  if (socket.remoteAddress === undefined || socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
