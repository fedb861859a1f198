import { createServer as createHttpServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, type Socket } from "node:net";
import { type Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { isWildcardHost } from "../../../address/hosts";
import { formatWebAddress, parseWebAddress, type WebAddress } from "../../../address/web-address";
import { AddressError, KeyError, messageOf } from "../../../errors";
import { type Logger } from "../../../log/logger";
import { resolveServerSecurity } from "../../../security/security-options";
import { OUT_OF_FILES } from "../../../open-files";
import { hasCode } from "../../../system-error";
import { type EndpointOptions, type ServerTransport } from "../../endpoint";
import { isExposed } from "../../exposure";
import { openDoor, type Doorkeeper } from "../admission";
import { DEFAULT_HEARTBEAT_MS } from "../../heartbeat";
import { type Arrival, type Listener, StreamEndpoint } from "../stream-endpoint";
import { SUBPROTOCOL } from "../websocket-messages";
import { AddressLimits } from "./address-limits";
import { mayConnect } from "./origins";
import { pemText } from "./pem";
import { TokenDoor } from "./token-door";
import { WEBSOCKET_OPTIONS, WebSocketCarrier } from "./websocket-carrier";

/** Whoever connects and does not ask for a WebSocket is dropped after this time, in milliseconds. */
const UPGRADE_TIMEOUT_MS = 3_000;
const LOOK_EVERY_MS = 500;
const MAX_HEADER_BYTES = 8 * 1024;

/** Longer than clients have for their last replies, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1_000;

/** The server's side of WebSocket. */
export const webSocketServer: ServerTransport = {
  async listen(url, handler, options, log) {
    const address = parseWebAddress(url);
    const doorkeeper = doorkeeperOf(url, options, log);
    const endpoint = await StreamEndpoint.open(
      {
        listen: (onArrival) => listenAt(url, address, options, onArrival),
        doorkeeper,
        heartbeatMs: options.heartbeatMs ?? DEFAULT_HEARTBEAT_MS,
      },
      handler,
      options,
      log,
    );
    if (options.security !== "plain") warnIfOpen(endpoint.url, doorkeeper !== openDoor, log);
    return endpoint;
  },
};

/**
 * @throws KeyError if tokens cannot be used, or are missing where the device has keys elsewhere.
 */
function doorkeeperOf(url: string, { tokens, security }: EndpointOptions, log: Logger): Doorkeeper {
  const path = tokens ?? process.env.RIGWIRE_TOKENS;
  if (path !== undefined) return new TokenDoor(path, log);
  const keys = resolveServerSecurity(security);
  if (keys === undefined || keys === "plain") return openDoor;
  throw new KeyError(
    `${url} would let everybody in, while the device has keys elsewhere, and WebSocket knows none: name a file of tokens ` +
      '(tokens, or RIGWIRE_TOKENS; rigwire keygen --token NAME makes one), or say security: "plain"',
  );
}

/** Says once for an endpoint what others on the network can do. */
function warnIfOpen(url: string, hasTokens: boolean, log: Logger): void {
  if (!isExposed(url)) return;
  if (!hasTokens) {
    log.warn(
      { url },
      `${url} is served without tokens: whoever reaches it can call it and read its signals. Name a file of tokens ` +
        '(tokens, or RIGWIRE_TOKENS; see docs/safety.md), or say security: "plain" where the network is trusted',
    );
  } else if (!url.startsWith("wss:")) {
    log.warn(
      { url },
      `${url} is not encrypted: tokens and everything else can be read on their way. Serve at wss:// (tls: { key, cert }; ` +
        'see docs/safety.md), or say security: "plain" where the network is trusted',
    );
  }
}

async function listenAt(
  url: string,
  address: WebAddress,
  options: EndpointOptions,
  onArrival: (arrival: Arrival) => void,
): Promise<Listener> {
  const server = makeServer(address, options);
  const sockets = new WebSocketServer({
    ...WEBSOCKET_OPTIONS,
    noServer: true,
    clientTracking: false,
    handleProtocols: () => SUBPROTOCOL,
  });
  const limits = new AddressLimits();
  const connections = new Set<Socket>();
  server.on("connection", (connection: Socket) => {
    connections.add(connection);
    connection.once("close", () => connections.delete(connection));
  });
  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    const refusal = refusalOf(request, address.path, options);
    if (refusal !== undefined) {
      refuse(socket, refusal);
      return;
    }
    const from = request.socket.remoteAddress ?? "";
    if (!limits.enter(from)) {
      refuse(socket, "503 Service Unavailable");
      return;
    }
    let isGreeting = true;
    const greeted = () => {
      if (isGreeting) limits.greeted(from);
      isGreeting = false;
    };
    const leave = () => {
      greeted();
      limits.leave(from);
    };
    // It ends here where it is no WebSocket after all.
    socket.once("close", leave);
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      onArrival({
        open: (receiver) => new WebSocketCarrier(webSocket, receiver),
        address: from,
        onWelcome: greeted,
      });
    });
  });
  const port = await listening(server, url, address);
  return {
    url: formatWebAddress({ ...address, port }),
    close: () => closed(server, connections),
  };
}

/** Resolves when the address is free. Whoever is no client yet, or does not go, is not waited for. */
function closed(server: Server, connections: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    const rest = setTimeout(() => {
      for (const connection of connections) connection.destroy();
    }, CLOSE_TIMEOUT_MS);
    server.close(() => {
      clearTimeout(rest);
      resolve();
    });
    // Only those that asked for no WebSocket yet.
    server.closeAllConnections();
  });
}

function makeServer({ scheme }: WebAddress, { tls }: EndpointOptions): Server {
  const limits = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: UPGRADE_TIMEOUT_MS,
    requestTimeout: UPGRADE_TIMEOUT_MS,
    connectionsCheckingInterval: LOOK_EVERY_MS,
  };
  if (scheme === "ws") return answering(createHttpServer(limits));
  if (tls === undefined) {
    throw new KeyError("wss: needs a certificate: tls: { key, cert }, or serve at ws:// behind what has one");
  }
  const identity = {
    key: pemText(tls.key, "the key of the certificate (tls.key)"),
    cert: pemText(tls.cert, "the certificate (tls.cert)"),
  };
  try {
    return answering(createHttpsServer({ ...limits, ...identity, handshakeTimeout: UPGRADE_TIMEOUT_MS }));
  } catch (error) {
    throw new KeyError(`the certificate cannot be used: ${messageOf(error)}`, {}, { cause: error });
  }
}

/** Whoever asks for a page learns that there is none. */
function answering(server: Server): Server {
  server.on("request", (_request, response) => {
    response.writeHead(426, { "content-type": "text/plain", upgrade: "websocket", connection: "close" });
    response.end("A rigwire device is served here, for WebSocket clients.\n");
  });
  return server;
}

/** @returns The status that says why; nothing for who may connect. */
function refusalOf(
  { url = "", headers }: IncomingMessage,
  path: string,
  { origins }: EndpointOptions,
): string | undefined {
  if (url.split("?", 1)[0] !== path) return "404 Not Found";
  if (!mayConnect(headers.origin, headers.host, origins)) return "403 Forbidden";
  const protocols = (headers["sec-websocket-protocol"] ?? "").split(",").map((each) => each.trim());
  return protocols.includes(SUBPROTOCOL) ? undefined : "400 Bad Request";
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

const REASONS: readonly (readonly [code: string, reason: string])[] = [
  ["EADDRINUSE", "another process has the address; choose another port, or leave it out to get a free one"],
  ["EADDRNOTAVAIL", "the host is none of this computer's addresses"],
  ["ENOTFOUND", "the host is not known"],
  ["EACCES", "not allowed to bind there; ports below 1024 need rights"],
  OUT_OF_FILES,
];

/** @returns The port that was taken. */
function listening(server: Server, url: string, { host, port = 0 }: WebAddress): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const reason = REASONS.find(([code]) => hasCode(error, code))?.[1] ?? messageOf(error);
      reject(new AddressError(`cannot serve at ${url}: ${reason}`, {}, { cause: error }));
    });
    const name = isWildcardHost(host) && host === "*" ? {} : { host: host.replace(/^\[|\]$/g, "") };
    server.listen({ ...name, port }, () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}
