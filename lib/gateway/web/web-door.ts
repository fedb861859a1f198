import { type IncomingMessage, type ServerResponse } from "node:http";
import { type Duplex } from "node:stream";
import { isWildcardHost, loopbackHostFor } from "../../address/hosts";
import { type WebAddress } from "../../address/web-address";
import { messageOf } from "../../errors";
import { BurstLog } from "../../log/burst-log";
import { type Logger } from "../../log/logger";
import { TokenFile } from "../../security/token-file";
import { type Doorkeeper } from "../../transport/stream/admission";
import { type Arrival } from "../../transport/stream/stream-endpoint";
import { HttpServer } from "../../transport/stream/websocket/http-server";
import { TokenDoor } from "../../transport/stream/websocket/token-door";
import { refuse, speaksOurs, Upgrades, type WebArrival } from "../../transport/stream/websocket/upgrades";
import { isDeviceName } from "../device-roster";
import { PROMETHEUS_TYPE } from "../prometheus-text";
import { Admitted } from "./admitted";
import { AllowedHosts } from "./allowed-hosts";
import { DEFAULT_GATEWAY_URL, gatewayAddress, requireSafe } from "./gateway-address";
import { type GatewayOptions } from "./gateway-options";
import { Login } from "./login";
import { answerLoginPage, answerText, formOf, redirect, setSafeHeaders } from "./pages";
import { Password } from "./password";
import { type WebSession } from "./sessions";
import { builtConsole, StaticFiles } from "./static-files";

const GATEWAY_PATH = "/gateway";
const DEVICES_PATH = "/devices/";
const METRICS_PATH = "/metrics";

/** Takes who has connected. */
export type Welcome = (arrival: Arrival) => void;

/** Where those who connect are led. */
export interface Destinations {
  readonly gateway: Welcome;
  /** What all devices counted, as Prometheus reads it. */
  metrics(): Promise<string>;
  /** @returns Nothing where the device cannot be reached at the moment. */
  device(name: string): Promise<Welcome | undefined>;
}

/** The gateway's side towards the web: who may come in, and where to. */
export class WebDoor {
  private readonly upgrades = new Upgrades();
  private readonly log: BurstLog;
  private server: HttpServer | undefined;
  private login: Login | undefined;
  private readonly admitted: Admitted;

  private constructor(
    private readonly address: WebAddress,
    private readonly hosts: AllowedHosts,
    private readonly files: StaticFiles,
    private readonly doorkeeper: Doorkeeper | undefined,
    private readonly tokens: TokenFile | undefined,
    private readonly destinations: Destinations,
    log: Logger,
  ) {
    this.log = new BurstLog(log);
    this.admitted = new Admitted(tokens, (token) => this.login?.revoked(token));
  }

  /** @throws AddressError and KeyError as the gateway's `open`. */
  static async open(options: GatewayOptions, log: Logger, destinations: Destinations): Promise<WebDoor> {
    const {
      url = DEFAULT_GATEWAY_URL,
      tokens,
      passwordFile,
      login = "link",
      hosts = [],
      origins = [],
    } = options;
    const address = gatewayAddress(url);
    const isSecure = address.scheme === "wss";
    requireSafe(url, address, options, log);
    const files = new StaticFiles(options.page ?? builtConsole());
    if (!files.hasPage) log.warn({ folder: files.folder }, noPage(files.folder));
    const tokenFile = tokens === undefined ? undefined : new TokenFile(tokens, log);
    const door = new WebDoor(
      address,
      new AllowedHosts([address.host, ...hosts], origins, isSecure),
      files,
      tokens === undefined ? undefined : new TokenDoor(tokens, log),
      tokenFile,
      destinations,
      log,
    );
    const password = passwordFile === undefined ? undefined : new Password(passwordFile);
    const server = await HttpServer.listen(url, address, options, {
      onRequest: (request, response) => void door.answer(request, response),
      onUpgrade: (request, socket, head) => void door.upgrade(request, socket, head),
    });
    door.server = server;
    door.login = new Login({
      isOpen: login === "none",
      password,
      tokens: tokenFile,
      isSecure,
      port: server.port,
      admitted: door.admitted,
    });
    return door;
  }

  /** With the port that was taken, and a host that can be connected to. */
  get url(): string {
    const { scheme, host } = this.address;
    const shown = isWildcardHost(host) ? loopbackHostFor(host) : host;
    return `${scheme === "wss" ? "https" : "http"}://${shown}:${this.server?.port ?? 0}`;
  }

  loginUrl(): string {
    return this.login === undefined ? this.url : `${this.url}/?token=${this.login.issueToken()}`;
  }

  /** Takes no more connections. Idempotent. */
  async close(): Promise<void> {
    this.admitted.close();
    await this.server?.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.respond(request, response);
    } catch (error) {
      this.log.warn({ err: error }, `a request could not be answered: ${messageOf(error)}`, "request");
      response.destroy();
    }
  }

  private async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host = "", origin } = request.headers;
    const { login } = this;
    if (!this.hosts.isOurs(host) || login === undefined) {
      this.refuseHost(response, host);
      return;
    }
    setSafeHeaders(response, host, this.address.scheme === "wss");
    const url = requestUrl(request);
    if (url === undefined) {
      answerText(response, 400, "this is no address");
      return;
    }
    if (request.method === "POST") {
      // Forms of other pages come with their origin, and without a cookie.
      if (origin === undefined || !this.hosts.mayAsk(origin, host)) {
        answerText(response, 403, "this page may not ask here");
        return;
      }
      if (url.pathname === "/login") return this.logIn(request, response, login);
      if (url.pathname === "/logout") {
        redirect(response, "/", login.logOut(request));
        return;
      }
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      answerText(response, 405, "this can only be read");
      return;
    }
    if (url.pathname === METRICS_PATH) return this.tellMetrics(request, response, login);
    this.get(url, request, response, login);
  }

  private get(url: URL, request: IncomingMessage, response: ServerResponse, login: Login): void {
    const session = login.sessionOf(request);
    const token = url.searchParams.get("token");
    if (token !== null && url.pathname === "/" && request.method === "GET") {
      const cookie = session === undefined ? login.redeem(token) : undefined;
      if (session !== undefined || cookie !== undefined) return redirect(response, "/", cookie);
    }
    if (session === undefined) return this.askWho(response, login, token !== null);
    if (url.pathname === GATEWAY_PATH || url.pathname.startsWith(DEVICES_PATH)) {
      return answerText(response, 426, "A rigwire device is served here, for WebSocket clients.");
    }
    const path = decoded(url.pathname);
    if (path !== undefined && this.files.answer(path, request, response)) return;
    if (this.files.hasPage || url.pathname !== "/") return answerText(response, 404, "there is no such page");
    answerText(response, 503, noPage(this.files.folder));
  }

  /** Prometheus has no cookie: it shows a token. */
  private async tellMetrics(request: IncomingMessage, response: ServerResponse, login: Login): Promise<void> {
    // It asks every device. A page of elsewhere could not read the answer, and have it asked all the same.
    if (["cross-site", "same-site"].includes(request.headers["sec-fetch-site"] ?? "")) {
      answerText(response, 403, "this page may not ask here");
      return;
    }
    if (!(await login.admits(request))) {
      response.setHeader("www-authenticate", "Bearer");
      answerText(
        response,
        401,
        "Metrics are told to who has logged in, or shows a token (Authorization: Bearer).",
      );
      return;
    }
    const text = await this.destinations.metrics();
    response.setHeader("cache-control", "no-store");
    response.writeHead(200, { "content-type": PROMETHEUS_TYPE });
    response.end(request.method === "HEAD" ? "" : text);
  }

  private askWho(response: ServerResponse, login: Login, hadToken: boolean): void {
    const used = hadToken ? "This address was used before, or is too old: it is good once. " : "";
    if (login.takesSecrets) return answerLoginPage(response, 401, `${used}Who is there?`);
    answerText(
      response,
      401,
      `${used}Open the address that rigwire console has printed; start it again for a new one, or give it a ` +
        "password (--password-file) or tokens (--tokens).",
    );
  }

  private async logIn(request: IncomingMessage, response: ServerResponse, login: Login): Promise<void> {
    const form = await formOf(request);
    if (form === undefined) {
      response.setHeader("connection", "close");
      answerText(response, 413, "this is no password");
      return;
    }
    const outcome = await login.logIn(form.get("secret") ?? "", request.socket.remoteAddress);
    switch (outcome.kind) {
      case "in": {
        redirect(response, "/", outcome.cookie);
        return;
      }
      case "wrong":
        this.log.warn(
          { address: request.socket.remoteAddress },
          "a browser was refused: wrong password or token",
        );
        {
          answerLoginPage(response, 403, "That was neither the password nor a token that is known.");
          return;
        }
      case "too many": {
        answerLoginPage(response, 429, "Too many wrong passwords: try again in ten seconds.");
        return;
      }
    }
  }

  private refuseHost(response: ServerResponse, host: string): void {
    this.log.warn(
      { host },
      "a request for another host was refused: name it in hosts (--allow-host) if it is this one",
    );
    answerText(response, 421, "this is not the host that was asked for: name it with --allow-host if it is");
  }

  private async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    try {
      const refusal = this.refusalOf(request);
      if (refusal !== undefined) {
        refuse(socket, refusal);
        return;
      }
      const welcome = await this.destinationOf(request);
      if (welcome === undefined) {
        refuse(socket, "404 Not Found");
        return;
      }
      const session = this.login?.sessionOf(request);
      this.upgrades.take(request, socket, head, (arrival) => welcome(this.letIn(arrival, session)));
    } catch (error) {
      this.log.warn({ err: error }, `a connection could not be taken: ${messageOf(error)}`, "upgrade");
      socket.destroy();
    }
  }

  private refusalOf(request: IncomingMessage): string | undefined {
    const { headers } = request;
    const { host, origin } = headers;
    if (!this.hosts.isOurs(host)) return "421 Misdirected Request";
    if (!this.hosts.mayAsk(origin, host)) return "403 Forbidden";
    // Every browser says which page connects: what has the session of one and does not say so is something else.
    if (origin === undefined && this.login?.showsSession(request) === true) return "403 Forbidden";
    return speaksOurs(headers) ? undefined : "400 Bad Request";
  }

  private async destinationOf(request: IncomingMessage): Promise<Welcome | undefined> {
    const path = requestUrl(request)?.pathname ?? "";
    if (path === GATEWAY_PATH) return this.destinations.gateway;
    const name = path.startsWith(DEVICES_PATH) ? decoded(path.slice(DEVICES_PATH.length)) : undefined;
    return name === undefined || !isDeviceName(name) ? undefined : this.destinations.device(name);
  }

  /** Whoever has logged in is let in by that; all others by a token, if there are any. It lasts as long as that does. */
  private letIn(arrival: WebArrival, session: WebSession | undefined): Arrival {
    const { admitted, login } = this;
    let isGone = false;
    let leave: () => void = () => undefined;
    const onGone = () => {
      arrival.onGone?.();
      isGone = true;
      leave();
    };
    if (session !== undefined) {
      const isLast = admitted.bySessionOf(session, (reason) => arrival.expel(reason));
      leave = () => {
        if (isLast()) login?.left(session);
      };
      const admit = () => Promise.resolve({ isAdmitted: true, key: session.name } as const);
      return { ...arrival, doorkeeper: { admit }, onGone };
    }
    const { doorkeeper } = this;
    if (doorkeeper === undefined) return arrival;
    const admit: Doorkeeper["admit"] = async (hello, address) => {
      const admission = await doorkeeper.admit(hello, address);
      const token = hello.token === undefined ? undefined : await this.tokens?.find(hello.token);
      if (token !== undefined && !isGone)
        leave = admitted.byTokenOf(token, (reason) => arrival.expel(reason));
      return admission;
    };
    return { ...arrival, doorkeeper: { admit }, onGone };
  }
}

function requestUrl({ url = "" }: IncomingMessage): URL | undefined {
  if (!url.startsWith("/") || !URL.canParse(`http://gateway${url}`)) return undefined;
  return new URL(`http://gateway${url}`);
}

/** @returns Nothing for what is not percent-encoded UTF-8. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function noPage(folder: string): string {
  return (
    `the console's page is not there (${folder}/index.html): it comes built with the package, and npm run build makes it ` +
    "in the source; devices are served at /devices/NAME all the same"
  );
}
