import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, type Socket } from "node:net";
import { type Duplex } from "node:stream";
import { isWildcardHost } from "../../../address/hosts";
import { type WebAddress } from "../../../address/web-address";
import { AddressError, KeyError, messageOf } from "../../../errors";
import { OUT_OF_FILES } from "../../../open-files";
import { hasCode } from "../../../system-error";
import { type WebAccess } from "../../web-access";
import { pemText } from "./pem";

/** Whoever connects and does not ask for anything is dropped after this time, in milliseconds. */
const REQUEST_TIMEOUT_MS = 3_000;
const LOOK_EVERY_MS = 500;
const MAX_HEADER_BYTES = 8 * 1024;

/** Longer than clients have for their last replies, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1_000;

/** What an HTTP server does with who comes. */
export interface HttpHandlers {
  readonly onRequest: RequestListener;
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** An HTTP server that listens, with or without TLS, and is patient with nobody. */
export class HttpServer {
  private readonly connections = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    { onRequest, onUpgrade }: HttpHandlers,
  ) {
    server.on("request", onRequest);
    server.on("connection", (connection: Socket) => {
      this.connections.add(connection);
      connection.once("close", () => this.connections.delete(connection));
    });
    server.on("upgrade", (request, socket, head) => {
      socket.on("error", () => socket.destroy());
      onUpgrade(request, socket, head);
    });
  }

  /**
   * @param url - For errors.
   * @throws AddressError if it cannot listen there; KeyError if the certificate is missing or cannot be used.
   */
  static async listen(
    url: string,
    address: WebAddress,
    { tls }: Pick<WebAccess, "tls">,
    handlers: HttpHandlers,
  ): Promise<HttpServer> {
    const server = new HttpServer(makeServer(address, tls), handlers);
    await listening(server.server, url, address);
    return server;
  }

  /** The port that was taken. */
  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Resolves when the address is free. Whoever is no client yet, or does not go, is not waited for. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      const rest = setTimeout(() => {
        for (const connection of this.connections) connection.destroy();
      }, CLOSE_TIMEOUT_MS);
      this.server.close(() => {
        clearTimeout(rest);
        resolve();
      });
      // Only those that asked for no WebSocket yet.
      this.server.closeAllConnections();
    });
  }
}

function makeServer({ scheme }: WebAddress, tls: WebAccess["tls"]): Server {
  const limits = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: REQUEST_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: LOOK_EVERY_MS,
  };
  if (scheme === "ws") return createHttpServer(limits);
  if (tls === undefined) {
    throw new KeyError("wss: needs a certificate: tls: { key, cert }, or serve at ws:// behind what has one");
  }
  const identity = {
    key: pemText(tls.key, "the key of the certificate (tls.key)"),
    cert: pemText(tls.cert, "the certificate (tls.cert)"),
  };
  try {
    return createHttpsServer({ ...limits, ...identity, handshakeTimeout: REQUEST_TIMEOUT_MS });
  } catch (error) {
    throw new KeyError(`the certificate cannot be used: ${messageOf(error)}`, {}, { cause: error });
  }
}

const REASONS: readonly (readonly [code: string, reason: string])[] = [
  ["EADDRINUSE", "another process has the address; choose another port, or leave it out to get a free one"],
  ["EADDRNOTAVAIL", "the host is none of this computer's addresses"],
  ["ENOTFOUND", "the host is not known"],
  ["EACCES", "not allowed to bind there; ports below 1024 need rights"],
  OUT_OF_FILES,
];

function listening(server: Server, url: string, { host, port = 0 }: WebAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const reason = REASONS.find(([code]) => hasCode(error, code))?.[1] ?? messageOf(error);
      reject(new AddressError(`cannot serve at ${url}: ${reason}`, {}, { cause: error }));
    });
    const name = isWildcardHost(host) && host === "*" ? {} : { host: host.replace(/^\[|\]$/g, "") };
    server.listen({ ...name, port }, () => resolve());
  });
}
