import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import { AuthenticationError, KeyError, serve } from "../../lib/index";
import { addToken } from "../../lib/security/token-file";
import { type DeviceGateway } from "../../lib/gateway/device-gateway";
import { type GatewayOptions } from "../../lib/gateway/web/gateway-options";
import { selfSignedCertificate } from "../support/certificate";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";
import { openGateway, type OpenedGateway } from "./open-gateway";
import { connectStage, Stage } from "./stage";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rigwire-gateway-"));
  mkdirSync(join(folder, "page", "assets"), { recursive: true });
  writeFileSync(join(folder, "page", "index.html"), "<!doctype html><title>console</title>");
  writeFileSync(join(folder, "page", "assets", "main-a1b2c3d4.js"), "export {};");
  writeFileSync(join(folder, "secret.txt"), "nobody's business");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function opened(options: GatewayOptions = {}): Promise<OpenedGateway> {
  const server = closing(
    await serve(new Stage(), {
      url: "tcp://127.0.0.1",
      name: "cam",
      closeGraceMs: 50,
      logger: new RecordingLogger(),
    }),
  );
  const device = { name: "cam", type: "stage", url: server.url };
  return openGateway([device], { login: "link", page: join(folder, "page"), ...options });
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Asks as a browser would: `fetch` lets nobody choose `Host`. */
function ask(
  { url }: DeviceGateway,
  path: string,
  { method = "GET", body = "", from = "127.0.0.1", ...headers }: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const place = { host: hostname, port, path, localAddress: from };
    const asked = httpRequest({ ...place, method, headers, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      answer.on("end", () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }),
      );
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

const cookieOf = ({ headers }: Answer) => (headers["set-cookie"]?.[0] ?? "").split(";")[0] ?? "";
const pathOf = (url: string) => url.slice(new URL(url).origin.length);

/** @returns The status that refused it, or what the server greets with. */
function connectAs(
  url: string,
  headers: Record<string, string>,
  ca?: string | Buffer,
): Promise<number | "open"> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, ["rigwire.stream"], { headers, ...(ca !== undefined && { ca }) });
    socket.on("unexpected-response", (_request, { statusCode = 0 }) => {
      resolve(statusCode);
      socket.terminate();
    });
    socket.on("error", () => undefined);
    socket.once("open", () => {
      resolve("open");
      socket.terminate();
    });
  });
}

describe("a browser", () => {
  it("comes in by an address that is good once, and is known by its cookie", async () => {
    const { gateway } = await opened();
    expect((await ask(gateway, "/")).status).toBe(401);
    const link = pathOf(gateway.loginUrl());
    const first = await ask(gateway, link);
    expect([first.status, first.headers.location]).toEqual([303, "/"]);
    expect(first.headers["set-cookie"]?.[0]).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    const page = await ask(gateway, "/", { cookie: cookieOf(first) });
    expect([page.status, page.body]).toEqual([200, "<!doctype html><title>console</title>"]);
    const again = await ask(gateway, link);
    expect([again.status, again.headers["set-cookie"]]).toEqual([401, undefined]);
    expect(again.body).toContain("good once");
  });

  it("is refused with a cookie or a token of its own making", async () => {
    const { gateway } = await opened();
    const { port } = new URL(gateway.url);
    expect((await ask(gateway, "/", { cookie: `rigwire-${port}=made-up` })).status).toBe(401);
    expect((await ask(gateway, "/?token=made-up")).status).toBe(401);
  });

  it("is told to run nothing but the page's own scripts", async () => {
    const { gateway } = await opened({ login: "none" });
    const { headers } = await ask(gateway, "/");
    expect(headers["content-security-policy"]).toContain(
      "default-src 'none'; script-src 'self'; style-src 'self'",
    );
    expect(headers["content-security-policy"]).not.toContain("unsafe");
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "same-origin",
      "cache-control": "no-cache",
      "content-type": "text/html; charset=utf-8",
    });
    const script = await ask(gateway, "/assets/main-a1b2c3d4.js");
    expect(script.headers).toMatchObject({
      "cache-control": "private, max-age=31536000, immutable",
      "content-type": "text/javascript; charset=utf-8",
    });
  });

  it("gets no file but those of the page", async () => {
    const { gateway } = await opened({ login: "none" });
    for (const path of [
      "/../secret.txt",
      "/%2e%2e/secret.txt",
      "/..%2fsecret.txt",
      "/assets/..%5c..%5csecret.txt",
    ]) {
      const { status, body } = await ask(gateway, path);
      expect([path, status, body.includes("business")]).toEqual([path, 404, false]);
    }
  });

  it("is told where the page is missing, and that devices are served all the same", async () => {
    const { gateway, logger } = await opened({ login: "none", page: join(folder, "nowhere") });
    const { status, body } = await ask(gateway, "/");
    expect([status, body]).toEqual([
      503,
      expect.stringContaining("devices are served at /devices/NAME all the same"),
    ]);
    expect(logger.lines.join()).toContain("the console's page is not there");
  });

  it("logs in with a password, and is held up after many wrong ones", async () => {
    const passwordFile = join(folder, "password");
    writeFileSync(passwordFile, "open sesame\n", { mode: 0o600 });
    const { gateway } = await opened({ passwordFile });
    const origin = gateway.url;
    const logIn = (secret: string, page = origin, from = "127.0.0.1") =>
      ask(gateway, "/login", {
        method: "POST",
        origin: page,
        from,
        body: new URLSearchParams({ secret }).toString(),
      });
    expect((await ask(gateway, "/")).body).toContain('action="/login"');
    const right = await logIn("open sesame");
    expect((await ask(gateway, "/", { cookie: cookieOf(right) })).status).toBe(200);
    expect((await logIn("open sesame", "http://evil.example")).status).toBe(403);
    const wrong = await Promise.all(Array.from({ length: 10 }, (_, index) => logIn(`wrong ${index}`)));
    expect(wrong.every(({ status }) => status === 403)).toBe(true);
    expect((await logIn("open sesame")).status).toBe(429);
    expect((await logIn("open sesame", origin, "127.0.0.2")).status).toBe(303);
  });
});

describe("with TLS", () => {
  it("cookies go nowhere else, and programs connect at wss:", async () => {
    const { key, cert } = selfSignedCertificate();
    const tokens = join(folder, "tokens");
    const token = addToken(tokens, "desk");
    const { gateway, at } = await opened({ url: "https://127.0.0.1:0", tls: { key, cert }, tokens });
    const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
      httpsRequest(gateway.loginUrl(), { ca: cert, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.headers);
      })
        .on("error", reject)
        .end();
    });
    expect(String(headers["set-cookie"])).toMatch(
      /^__Host-rigwire-\d+=.*; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
    );
    expect(await connectStage(at("cam"), { ca: cert, token }).double(3)).toBe(6);
  });
});

describe("a page of somebody else's", () => {
  it("is refused by its origin, and by the name under which it leads here", async () => {
    const { gateway, at } = await opened({ login: "none" });
    const { host, port } = new URL(gateway.url);
    expect(await connectAs(at("cam"), { origin: `http://${host}` })).toBe("open");
    expect(await connectAs(at("cam"), { origin: "http://evil.example" })).toBe(403);
    expect(await connectAs(at("cam"), { origin: "null" })).toBe(403);
    const rebound = { host: `evil.example:${port}`, origin: `http://evil.example:${port}` };
    expect(await connectAs(at("cam"), rebound)).toBe(421);
    expect((await ask(gateway, "/", rebound)).status).toBe(421);
    expect(await connectAs(at("cam"), { host: `rig.lab:${port}` })).toBe(421);
  });

  it("is refused where its origin only looks like the gateway's", async () => {
    const { gateway, at } = await opened({ login: "none" });
    const { host } = new URL(gateway.url);
    for (const origin of [`http://${host}/, http://evil.example`, `http://evil@${host}`, `ftp://${host}`]) {
      expect([origin, await connectAs(at("cam"), { origin })]).toEqual([origin, 403]);
    }
  });

  it("is refused where it came without TLS and the gateway has it: on its way it may have become a stranger's", async () => {
    const { key, cert } = selfSignedCertificate();
    const { gateway, at } = await opened({ url: "https://127.0.0.1:0", tls: { key, cert }, login: "none" });
    const { host } = new URL(gateway.url);
    expect(await connectAs(at("cam"), { origin: `https://${host}` }, cert)).toBe("open");
    expect(await connectAs(at("cam"), { origin: `http://${host}` }, cert)).toBe(403);
  });

  it("does not use the session of a browser that does not say from which page it connects", async () => {
    const { gateway, at } = await opened();
    const cookie = cookieOf(await ask(gateway, pathOf(gateway.loginUrl())));
    for (const url of [at("cam"), `${gateway.url.replace(/^http/, "ws")}/gateway`]) {
      expect(await connectAs(url, { cookie })).toBe(403);
      expect(await connectAs(url, { cookie, origin: gateway.url })).toBe("open");
    }
    expect(await connectAs(at("cam"), { cookie: "theme=dark" })).toBe("open");
  });

  it("does not have devices asked for their metrics with somebody's session", async () => {
    const { gateway } = await opened();
    const cookie = cookieOf(await ask(gateway, pathOf(gateway.loginUrl())));
    const statusFor = async (site: string) =>
      (await ask(gateway, "/metrics", { cookie, "sec-fetch-site": site })).status;
    expect(await Promise.all(["cross-site", "same-site"].map(statusFor))).toEqual([403, 403]);
    expect(await Promise.all(["same-origin", "none"].map(statusFor))).toEqual([200, 200]);
    expect((await ask(gateway, "/metrics", { cookie })).status).toBe(200);
  });

  it("logs nobody in or out", async () => {
    const passwordFile = join(folder, "password");
    writeFileSync(passwordFile, "open sesame\n", { mode: 0o600 });
    const { gateway } = await opened({ passwordFile });
    const cookie = cookieOf(await ask(gateway, pathOf(gateway.loginUrl())));
    for (const page of [{}, { origin: "http://evil.example" }, { origin: "null" }]) {
      const post = { method: "POST", cookie, ...page };
      expect((await ask(gateway, "/login", { ...post, body: "secret=open+sesame" })).status).toBe(403);
      expect((await ask(gateway, "/logout", post)).status).toBe(403);
    }
    for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS"]) {
      expect((await ask(gateway, "/logout", { method, cookie, origin: gateway.url })).status).toBe(405);
    }
    expect((await ask(gateway, "/", { cookie })).status).toBe(200);
  });
});

describe("a program", () => {
  it("comes in with a token of the file, and not without", async () => {
    const tokens = join(folder, "tokens");
    const token = addToken(tokens, "desk");
    const { at } = await opened({ tokens });
    expect(await connectStage(at("cam"), { token }).double(2)).toBe(4);
    await expect(connectStage(at("cam")).double(2)).rejects.toBeInstanceOf(AuthenticationError);
    await expect(connectStage(at("cam"), { token: "made-up" }).double(2)).rejects.toBeInstanceOf(
      AuthenticationError,
    );
  });

  it("has nothing looked for before it is let in", async () => {
    const asked: unknown[] = [];
    const { at, devices, gateway } = await opened();
    const find = devices.find.bind(devices);
    devices.find = (query) => {
      asked.push(query);
      return find(query);
    };
    const overview = `${gateway.url.replace(/^http/, "ws")}/gateway`;
    for (const url of [at("cam"), overview]) {
      await expect(connectStage(url).double(2)).rejects.toBeInstanceOf(AuthenticationError);
    }
    expect(asked).toEqual([]);
  });

  it("is refused where only browsers are let in", async () => {
    const { at } = await opened();
    await expect(connectStage(at("cam")).double(2)).rejects.toBeInstanceOf(AuthenticationError);
  });
});

describe("a gateway that others on the network reach", () => {
  it("needs to know who may come in, and TLS or to be told that it goes without", async () => {
    const tokens = join(folder, "tokens");
    addToken(tokens, "desk");
    const url = "http://0.0.0.0:0";
    await expect(opened({ url })).rejects.toThrow(/give it a password .* or tokens/);
    await expect(opened({ url, tokens })).rejects.toThrow(/is not encrypted: give it a certificate/);
    await expect(opened({ url, login: "none" })).rejects.toBeInstanceOf(KeyError);
    const { logger } = await opened({ url, tokens, insecure: true });
    expect(logger.lines.join()).toContain("is not encrypted");
  });

  it("takes no password that others can read", async () => {
    const passwordFile = join(folder, "password");
    writeFileSync(passwordFile, "open sesame\n");
    chmodSync(passwordFile, 0o644);
    await expect(opened({ passwordFile })).rejects.toThrow(/chmod 600/);
  });
});
