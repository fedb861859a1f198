import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { type Duplex } from "node:stream";
import { extname, join, normalize } from "node:path";
import { Gateway, type GatewayDevice } from "../../lib/gateway/gateway-contract";
import { type RpcServer, serve } from "../../lib/index";
import { RecordingLogger } from "../support/recording-logger";

/** As strict as the page can bear: scripts, styles and connections of its own address only. */
export const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:; img-src 'self' blob: data:";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

/** The page and real devices at one address: requests for a device go on to where it is served. */
export class ServedConsole {
  private readonly servers = new Map<string, RpcServer>();
  private readonly sockets = new Set<Duplex>();

  private constructor(
    private readonly web: Server,
    private readonly gateway: RpcServer,
    private readonly list: Gateway,
  ) {}

  /** @param folder - Where the page was built into. */
  static async start(folder: string): Promise<ServedConsole> {
    const list = new Gateway();
    list.access = "control";
    const gateway = await served("gateway", list);
    const web = createServer(({ url = "/" }, response) => {
      const path = normalize(url.split("?")[0] ?? "/");
      const file = path === "/" ? "/index.html" : path;
      response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
      response.setHeader("content-security-policy", POLICY);
      try {
        response.end(readFileSync(join(folder, file)));
      } catch {
        response.writeHead(404).end();
      }
    });
    const console = new ServedConsole(web, gateway, list);
    web.on("upgrade", (request, socket, head) => console.pass(request, socket, head));
    await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
    return console;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.web.address() as AddressInfo).port}/`;
  }

  /** Serves a device, and lists it. */
  async serve(name: string, device: object): Promise<RpcServer> {
    const server = await served(name, device);
    this.servers.set(name, server);
    this.tell(name, { type: typeOf(device), address: server.url, state: "connected" });
    return server;
  }

  /** Ends a device as if its process were killed; it stays in the list. */
  async kill(name: string): Promise<void> {
    await this.servers.get(name)?.close();
    this.servers.delete(name);
    this.tell(name, { state: "lost", roundTripMs: null });
  }

  /** Changes what is listed of a device. */
  tell(name: string, change: Partial<GatewayDevice>): void {
    const before = this.list.devices;
    const known = before.find((device) => device.name === name) ?? unknownDevice(name);
    const device = { ...known, ...change, since: new Date().toISOString() };
    this.list.devices = [...before.filter((each) => each.name !== name), device];
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.web.closeAllConnections();
    await new Promise((resolve) => this.web.close(resolve));
    await Promise.all([this.gateway, ...this.servers.values()].map((server) => server.close()));
  }

  private pass({ url = "/", headers }: IncomingMessage, socket: Duplex, head: Buffer): void {
    const name = /^\/devices\/([^/?]+)$/.exec(url)?.[1];
    const server = url === "/gateway" ? this.gateway : this.servers.get(decodeURIComponent(name ?? ""));
    this.sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.sockets.delete(socket));
    if (server === undefined) {
      socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
      return;
    }
    const { hostname, port, host, pathname } = new URL(server.url);
    const onward = connect(Number(port), hostname, () => {
      const passed = Object.entries({ ...headers, host, origin: undefined }).filter(
        ([, value]) => value !== undefined,
      );
      const lines = passed.map(([key, value]) => `${key}: ${String(value)}`);
      onward.write(`GET ${pathname} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    onward.on("error", () => socket.destroy());
    onward.on("close", () => socket.destroy());
    socket.on("close", () => onward.destroy());
  }
}

function unknownDevice(name: string): GatewayDevice {
  return {
    name,
    type: "",
    address: "",
    state: "connecting",
    since: "",
    roundTripMs: 0.4,
    lock: null,
    version: null,
    road: null,
  };
}

function typeOf(device: object): string {
  return device.constructor.name.toLowerCase();
}

function served(name: string, device: object): Promise<RpcServer> {
  return serve(device, { url: "ws://127.0.0.1", name, logger: new RecordingLogger(), closeGraceMs: 100 });
}
