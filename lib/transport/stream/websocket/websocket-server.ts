import { type IncomingMessage, type RequestListener } from "node:http";
import { formatWebAddress, parseWebAddress, type WebAddress } from "../../../address/web-address";
import { KeyError } from "../../../errors";
import { type Logger } from "../../../log/logger";
import { resolveServerSecurity } from "../../../security/security-options";
import { type EndpointOptions, type ServerTransport } from "../../endpoint";
import { isExposed } from "../../exposure";
import { openDoor, type Doorkeeper } from "../admission";
import { DEFAULT_HEARTBEAT_MS } from "../../heartbeat";
import { type Arrival, type Listener, StreamEndpoint } from "../stream-endpoint";
import { HttpServer } from "./http-server";
import { mayConnect } from "./origins";
import { TokenDoor } from "./token-door";
import { refuse, speaksOurs, Upgrades } from "./upgrades";

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
  const upgrades = new Upgrades();
  const server = await HttpServer.listen(url, address, options, {
    onRequest: noPage,
    onUpgrade(request, socket, head) {
      const refusal = refusalOf(request, address.path, options);
      if (refusal === undefined) upgrades.take(request, socket, head, onArrival);
      else refuse(socket, refusal);
    },
  });
  return {
    url: formatWebAddress({ ...address, port: server.port }),
    close: () => server.close(),
  };
}

/** Whoever asks for a page learns that there is none. */
const noPage: RequestListener = (_request, response) => {
  response.writeHead(426, { "content-type": "text/plain", upgrade: "websocket", connection: "close" });
  response.end("A rigwire device is served here, for WebSocket clients.\n");
};

/** @returns The status that says why; nothing for who may connect. */
function refusalOf(
  { url = "", headers }: IncomingMessage,
  path: string,
  { origins }: EndpointOptions,
): string | undefined {
  if (url.split("?", 1)[0] !== path) return "404 Not Found";
  if (!mayConnect(headers.origin, headers.host, origins)) return "403 Forbidden";
  return speaksOurs(headers) ? undefined : "400 Bad Request";
}
